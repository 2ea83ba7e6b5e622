-- purpose: the language in which a receipt is sent
-- breaking: no

-- That of the page where it was asked for. Null for what was asked for before: then it is that of the customer or the environment.
alter table receipt_message add column language text;

-- purpose: whether the credit of a customer is set off against its new bills
-- breaking: no

alter table environment add column credit text not null default 'manual' check (credit in ('manual', 'on_new_bill'));

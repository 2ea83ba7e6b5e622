-- purpose: the languages of the payer's pages
-- breaking: no

-- BCP 47 tags in their canonical form. The first gives the pages of an environment their language and their way of writing
-- amounts and dates; `languages` are those that its payers may choose.
alter table environment
  add column locale text not null default 'en-ZA',
  add column languages text[] not null default '{en,fr,af,pt,ar}';

-- Null where the merchant has not said which language a customer reads.
alter table customer add column locale text;

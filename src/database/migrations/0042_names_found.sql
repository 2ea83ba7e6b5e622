-- purpose: indexes that find customers and accounts by words of their names, and customers by e-mail and phone
-- breaking: no
-- transaction: no
-- One index for each of the first five words of a name: the name as it reads from there on, and then what stands before
-- (docs/decisions/0050). The expressions are those of the code that looks names up, character by character; a test compares them.

create index concurrently if not exists customer_by_name_1 on customer (
  environment_id,
  (left(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), 100) collate "C"),
  id
) where name is not null;

create index concurrently if not exists customer_by_name_2 on customer (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){1})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){1}';

create index concurrently if not exists customer_by_name_3 on customer (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){2})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){2}';

create index concurrently if not exists customer_by_name_4 on customer (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){3})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){3}';

create index concurrently if not exists customer_by_name_5 on customer (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){4})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){4}';

create index concurrently if not exists account_by_name_1 on account (
  environment_id,
  (left(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), 100) collate "C"),
  id
) where name is not null;

create index concurrently if not exists account_by_name_2 on account (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){1})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){1}';

create index concurrently if not exists account_by_name_3 on account (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){2})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){2}';

create index concurrently if not exists account_by_name_4 on account (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){3})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){3}';

create index concurrently if not exists account_by_name_5 on account (
  environment_id,
  (left(regexp_replace(btrim(regexp_replace(regexp_replace(lower(case when octet_length(name) = length(name) then name else normalize(name, NFKD) end), '[''’\u0300-\u036f]+', '', 'g'), '[\s!-/:-@\[-\u0060{-~]+', ' ', 'g')), '^((?:\S+ ){4})(.+)', '\2 \1'), 100) collate "C"),
  id
) where name ~ '^[\s!-/:-@\[-\u0060{-~]*(?:[^\s!-/:-@\[-\u0060{-~]+[\s!-/:-@\[-\u0060{-~]+){4}';

create index concurrently if not exists customer_by_email on customer (environment_id, lower(email), id)
  where email is not null;

create index concurrently if not exists customer_by_phone on customer (environment_id, phone, id) where phone is not null;

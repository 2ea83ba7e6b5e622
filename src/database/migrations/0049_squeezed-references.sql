-- purpose: an index that finds customers, accounts and bills by what a bank leaves of their references: its letters and digits
-- breaking: no
-- transaction: no
-- The expression is that of src/search/suggestions/sql/find-squeezed.sql, character by character; a test of the plans compares them.

create index concurrently if not exists external_reference_squeezed on external_reference (
  environment_id,
  (upper(translate(reference, '-_', '') collate "C"))
);

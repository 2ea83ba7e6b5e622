-- A seal with its parts. Its number is its place in the chain, so that it is made once.
with made as (
  insert into ledger_seal (number, from_id, below, mac, sealed_at) values ($1, $2, $3, $4, $5)
)
insert into ledger_seal_part (number, sealed_table, row_count, digest, prints)
select $1, t.sealed_table, t.row_count, t.digest, t.prints
from unnest($6::text[], $7::bigint[], $8::bytea[], $9::bytea[]) as t (sealed_table, row_count, digest, prints)

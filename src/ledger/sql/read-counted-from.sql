-- From when the ledger transactions $3 count.
select id, effective_at from ledger_transaction
where id = any ($3::uuid[]) and bucket = $2 and environment_id = $1

-- Writes a settlement, unless its reference is known: one call alone does.
insert into settlement (id, bucket, environment_id, processor, reference, status, currency, amount, arrives_at, made_at, lines,
  created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
on conflict (environment_id, processor, reference, bucket) do nothing
returning *

with inserted as (
  insert into checkout (id, bucket, environment_id, kind, type, status, customer_id, target_kind, target_id, currency, amount,
    external_reference, description, return_url, phone, metadata, expires_at, created_at, updated_at, capture_method)
  values ($1, $2, $3, $4, $5, 'active', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $20)
)
insert into checkout_code (code_hash, checkout_id, environment_id, bucket)
values ($18, $1, $3, $19)

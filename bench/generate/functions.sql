-- Ids as src/core/id/id.ts makes them (48 bits of time, 64 random bits, the bucket), and the bucket of a value.
create or replace function pg_temp.made_id(ms bigint, bucket integer) returns uuid language sql volatile as $$
  select (lpad(to_hex(ms), 12, '0') || right(replace(gen_random_uuid()::text, '-', ''), 16)
    || lpad(to_hex(bucket), 4, '0'))::uuid
$$;
create or replace function pg_temp.bucket_of(value text) returns integer language sql immutable as $$
  select get_byte(hash, 0) * 256 + get_byte(hash, 1) from (select sha256(convert_to(value, 'UTF8')) as hash) as hashed
$$;

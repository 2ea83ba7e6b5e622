-- What would count in closed books counts from the first instant of the open ones. The transaction holds the books of its environments.
insert into ledger_transaction
  (id, bucket, environment_id, kind, source_id, reason, label, reference, request_id, actor, effective_at, recorded_at)
select id, bucket, environment_id, kind, source_id, reason, label, reference, request_id, actor,
  greatest(effective_at, (select books_open_from from environment where environment.id = written.environment_id)), $12::timestamptz
from (
  select unnest($1::uuid[]) as id, unnest($2::integer[]) as bucket, unnest($3::integer[]) as environment_id,
    unnest($4::text[]) as kind, unnest($5::uuid[]) as source_id, unnest($6::text[]) as reason, unnest($7::text[]) as label,
    unnest($8::text[]) as reference, unnest($9::text[]) as request_id, unnest($10::text[]) as actor,
    unnest($11::timestamptz[]) as effective_at
) as written

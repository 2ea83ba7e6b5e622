-- The days on which keys were used. When several processes noted the same use, the first one writes it. Rows are locked in one
-- order, so that two processes cannot deadlock.
with used as (
  select k.id, u.used_on
  from unnest($1::uuid[], $2::text[]::date[]) as u (id, used_on)
  join api_key as k on k.id = u.id and (k.last_used_on is null or k.last_used_on < u.used_on)
  order by k.id
  for no key update of k
)
update api_key as k set last_used_on = used.used_on from used where k.id = used.id

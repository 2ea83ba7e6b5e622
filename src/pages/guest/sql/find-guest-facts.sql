-- The second facts of the customers of some objects: always three, one of each kind, of which each may be none.
select e.kind, e.id, coalesce(b.link_version, a.link_version, c.link_version) as link_version, c.id is not null as found,
  (case e.kind when 'bill' then b.archived_at when 'account' then a.archived_at else c.archived_at end) is not null as archived,
  c.email, c.phone, c.metadata ->> $5 as noted
from unnest($2::text[], $3::uuid[], $4::integer[]) as e (kind, id, bucket)
left join bill as b on e.kind = 'bill' and b.id = e.id and b.bucket = e.bucket and b.environment_id = $1
-- spread: and b.bucket = any ($4::integer[])
left join account as a on e.kind = 'account' and a.id = e.id and a.bucket = e.bucket and a.environment_id = $1
-- spread: and a.bucket = any ($4::integer[])
left join customer as c on c.bucket = e.bucket and c.environment_id = $1
  and c.id = coalesce(b.customer_id, a.customer_id, e.id)
  -- spread: and c.bucket = any ($4::integer[])

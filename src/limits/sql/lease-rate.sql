-- Takes up to $3 of what subject $2 may still ask for under limit $1: $4 in $5 seconds. What is taken moves the time at which all of it
-- is there again; that is never more than a window ahead.
insert into rate_lease as l (kind, subject, full_at, granted)
values ($1, $2, now() + least($3::integer, $4::integer) * ($5::float8 / $4) * interval '1 s', least($3::integer, $4::integer))
on conflict (kind, subject) do update set
  granted = greatest(0, least($3, floor(
    ($5 - extract(epoch from greatest(l.full_at, now()) - now())::float8) / ($5::float8 / $4) + 0.001)))::integer,
  full_at = greatest(l.full_at, now()) + greatest(0, least($3, floor(
    ($5 - extract(epoch from greatest(l.full_at, now()) - now())::float8) / ($5::float8 / $4) + 0.001)))
    * ($5::float8 / $4) * interval '1 s'
returning granted, extract(epoch from full_at - now())::float8 as full_in_s

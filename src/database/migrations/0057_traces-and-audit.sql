-- purpose: the span that made an event, so that a delivery can link to it; and from where a change came, and what it left otherwise
-- breaking: no

-- W3C Trace Context, 55 characters. Null where nobody traces.
alter table event add column traceparent text;

-- What is known of an audit entry for a time only, and what an erasure takes: apart from the entries, which are kept for good as they are.
create table audit_detail (
  -- That of the entry.
  id uuid not null,
  bucket integer not null,
  environment_id integer not null,
  -- Of the client whose key made the change.
  address text,
  -- The fields that differ, as the API names them.
  before json,
  after json,
  primary key (id, bucket)
);

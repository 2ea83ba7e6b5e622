-- purpose: the span that made an event, so that a delivery can link to it
-- breaking: no

-- W3C Trace Context, 55 characters. Null where nobody traces.
alter table event add column traceparent text;

-- purpose: endpoints that get the events of an object one after the other
-- breaking: yes

-- Set when it is registered and never changed: what was written while it was another way would have to be found.
alter table webhook_endpoint add column ordered boolean not null default false;

alter table webhook_delivery
  -- To an endpoint that is ordered, once its event has its position: whose queue it stands in, and where.
  add column queue_id uuid,
  add column queue_position bigint;
-- The deliveries of other endpoints are never entered in it. What is there is read once while it is made.
create index webhook_delivery_queue on webhook_delivery (endpoint_id, queue_id, queue_position)
  where status = 'pending' and queue_id is not null;

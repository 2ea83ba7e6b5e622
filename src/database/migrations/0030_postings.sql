-- purpose: endpoints with limits of their own, those whose receivers tell how they posted an event, and what is delivered and not posted
-- breaking: no

alter table webhook_endpoint
  -- Null where the merchant has set no limit.
  add column max_in_flight integer,
  add column rate_per_s integer,
  add column expects_posting boolean not null default false;

alter table webhook_delivery
  -- As the receiver sent it: the key of what it booked.
  add column posting_reference text,
  -- Of an event that moves money, since when it is delivered to an endpoint that expects a posting, while it has none.
  add column unposted_since timestamptz;
-- It holds nothing but these, so that the deliveries of endpoints that expect no posting are never entered in it. What is there is read
-- once while it is made: 0.2 s for a million deliveries.
create index webhook_delivery_unposted on webhook_delivery (endpoint_id, event_id) where unposted_since is not null;

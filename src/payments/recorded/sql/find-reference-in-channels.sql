-- The payments with a reference in any channel. The key is by channel first, so this goes from one channel to the next by it: two
-- look-ups for each, however many payments there are.
with recursive known (channel) as (
  select min(channel) from payment_reference where environment_id = $1
  union all
  select (select min(p.channel) from payment_reference as p where p.environment_id = $1 and p.channel > known.channel)
  from known where known.channel is not null
)
select p.payment_id from known
join payment_reference as p on p.environment_id = $1 and p.channel = known.channel and p.reference = $2

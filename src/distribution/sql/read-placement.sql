-- Where the buckets of the spread tables lie: the machines that have shards, the machine of each shard, and the shard of each bucket, as
-- places in the lists before it. All spread tables lie beside the customers.
with shard as (
  select shardid, groupid, row_number() over (order by shardid)::integer - 1 as place
  from pg_dist_shard join pg_dist_placement using (shardid)
  where logicalrelid = 'customer'::regclass
)
select
  (select json_agg(json_build_object('group', n.groupid, 'host', n.nodename, 'port', n.nodeport) order by n.groupid)
   from pg_dist_node as n
   where n.noderole = 'primary' and n.groupid in (select groupid from shard)) as machines,
  (select array_agg(groupid order by place) from shard) as group_of_shard,
  (select array_agg(shard.place order by bucket)
   from generate_series(0, 65535) as bucket
   join shard on shard.shardid = get_shard_id_for_distribution_column('customer', bucket)) as shard_of_bucket

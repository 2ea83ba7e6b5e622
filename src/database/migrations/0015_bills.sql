-- purpose: what a bill was adjusted by and what of it was written off; nothing owed or held in the archive
-- breaking: yes

-- Both change only by adjustments, under the bill's lock. What was paid is the rest: amount_due + amount_adjusted = amount_paid +
-- amount_written_off + what remains, which is the balance.
alter table bill
  add column amount_adjusted bigint not null default 0,
  add column amount_written_off bigint not null default 0;

-- What an adjustment is called on a document, and the document's own number. Null for everything else.
alter table ledger_transaction
  add column label text,
  add column reference text;

-- Until now amount_paid could be set to less than had been taken off by adjustments. What was so set back counts as an adjustment:
-- nothing less than nothing was ever paid. It is the furthest that the sum of what was set has been above zero.
update bill set amount_adjusted = known.adjusted, amount_written_off = known.written_off
from (
  select receivable_id, bucket,
    coalesce(sum(amount) filter (where kind = 'adjustment'), 0) + greatest(0, max(set_back)) as adjusted,
    -coalesce(sum(amount) filter (where kind = 'write_off'), 0) as written_off
  from (
    select e.receivable_id, e.bucket, e.amount, t.kind,
      sum(e.amount) filter (where t.kind = 'amount_paid_set') over (partition by e.receivable_id order by e.version) as set_back
    from ledger_transaction as t
    join ledger_entry as e on e.transaction_id = t.id and e.bucket = t.bucket
    where t.kind in ('adjustment', 'write_off', 'amount_paid_set') and e.receivable_id is not null
  ) as entered
  group by receivable_id, bucket
) as known
where bill.id = known.receivable_id and bill.bucket = known.bucket;

alter table bill add check (amount_written_off between 0 and amount_due + amount_adjusted);

-- A new id where a statement needs one for each row that it finds, made of the same parts as those of the program.
create function new_id(instant timestamptz, bucket integer) returns uuid language sql volatile as $$
  select (left(replace(id_at(instant)::text, '-', ''), 12) || left(drawn, 12) || right(drawn, 4) || lpad(to_hex(bucket), 4, '0'))::uuid
  from replace(gen_random_uuid()::text, '-', '') as drawn
$$;

-- What came to be owed or held after it had been archived comes out of the archive, with what it belongs to.
with bills as (
  update bill as e set archived_at = null, version = version + 1, updated_at = now()
  where archived_at is not null and exists (select from receivable as r where r.id = e.id and r.bucket = e.bucket and r.balance <> 0)
  returning 'bill' as kind, id, bucket, environment_id
), accounts as (
  update account as e set archived_at = null, version = version + 1, updated_at = now()
  where archived_at is not null
    and exists (select from receivable as r where r.account_id = e.id and r.bucket = e.bucket and r.balance <> 0)
  returning 'account', id, bucket, environment_id
), customers as (
  update customer as e set archived_at = null, version = version + 1, updated_at = now()
  where archived_at is not null
    and (exists (select from receivable as r where r.customer_id = e.id and r.bucket = e.bucket and r.balance <> 0)
      or exists (select from payment as p where p.customer_id = e.id and p.bucket = e.bucket and p.unapplied_amount > 0))
  returning 'customer', id, bucket, environment_id
)
insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, object_id, recorded_at)
select new_id(now(), bucket), bucket, environment_id, 'command:migrate', 'unarchived', kind, id, now()
from (table bills union all table accounts union all table customers) as unarchived;

-- purpose: what a bill was adjusted by and what of it was written off; nothing owed or held in the archive
-- breaking: yes

-- Both change by adjustments only, under the lock of the bill. The amount paid is not stored: amount_due + amount_adjusted =
-- amount_paid + amount_written_off + the remaining amount, which is the balance.
alter table bill
  add column amount_adjusted bigint not null default 0,
  add column amount_written_off bigint not null default 0;

-- What an adjustment is called on a document, and the number of the merchant's own document. Null for other transactions.
alter table ledger_transaction
  add column label text,
  add column reference text;

-- amount_paid could be set so low that it undid an adjustment. That part counts as an adjustment, since the amount paid was
-- never below zero: it is the highest that the running sum of the amounts set was above zero.
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

-- Makes an id of the same parts as the program does, for statements that need one for each row that they find.
create function new_id(instant timestamptz, bucket integer) returns uuid language sql volatile as $$
  select (left(replace(id_at(instant)::text, '-', ''), 12) || left(drawn, 12) || right(drawn, 4) || lpad(to_hex(bucket), 4, '0'))::uuid
  from replace(gen_random_uuid()::text, '-', '') as drawn
$$;

-- Archived objects on which something is owed, in credit or unapplied are unarchived, with the objects that they belong to.
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

-- purpose: when a bill was due until that was changed; which bills were told to be overdue
-- breaking: no

-- A due date could not be changed before: what is kept from then has that of its bill.
alter table earlier_particulars add column due_date date;
update earlier_particulars as e set due_date = b.due_date
from bill as b where b.id = e.bill_id and b.bucket = e.bucket;

-- Up to which bill, by due date and id, `bill.overdue` was told in an environment. It is moved in the transaction that tells, so
-- each is told once, however many processes look and whenever they stop.
create table overdue_place (
  environment_id integer primary key references environment,
  due_date date not null,
  bill_id uuid not null
);

-- What is overdue already was shown as such all along, and is not told now.
insert into overdue_place (environment_id, due_date, bill_id)
select id, (now() at time zone 'UTC')::date - 2, 'ffffffff-ffff-ffff-ffff-ffffffffffff' from environment;

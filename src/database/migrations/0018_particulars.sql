-- purpose: what a bill is for: its description, its lines and where its document is; and what these were before
-- breaking: no

-- The lines are an array of {label, amount} that sums to amount_due. A server of the version before leaves all three as they are.
alter table bill
  add column description text,
  add column lines jsonb,
  add column document_url text;

-- What a bill was for until it was changed. It may name a person, so it is deleted when its customer is pseudonymised.
create table earlier_particulars (
  id uuid not null,
  bucket integer not null,
  environment_id integer not null references environment,
  bill_id uuid not null,
  description text,
  lines jsonb,
  document_url text,
  replaced_at timestamptz not null,
  -- Who replaced it, and with which request.
  actor text not null,
  request_id text,
  primary key (id, bucket),
  foreign key (bill_id, bucket) references bill (id, bucket)
);
create index earlier_particulars_by_bill on earlier_particulars (bill_id, id);

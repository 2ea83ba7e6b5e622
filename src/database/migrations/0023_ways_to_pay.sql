-- purpose: codes of the simulator that are paid at a till, and the parameters of links that become metadata
-- breaking: no

-- The code of a charge whose payer asked for one.
alter table simulator_charge add column paycode text;

-- Which charge a code belongs to: no two have the same.
create table simulator_paycode (
  environment_id integer not null,
  paycode text not null,
  charge_id uuid not null,
  bucket integer not null,
  primary key (environment_id, paycode, bucket)
);

alter table environment add column tracked_parameters text[] not null default '{}';

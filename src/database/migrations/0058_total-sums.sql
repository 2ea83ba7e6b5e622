-- purpose: totals of reports that are larger than any single amount: 20,000 balances of 500 billion come to more than a bigint holds
-- breaking: no

-- Until now one such quarter of an hour, of whichever merchant, stopped the totals of all.
alter table ledger_total alter column amount type numeric(38, 0);
alter table clearing_total alter column amount type numeric(38, 0);

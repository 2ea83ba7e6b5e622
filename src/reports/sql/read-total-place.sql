-- How far the totals go: they have all entries with an id below it, and none from it on.
select below from ledger_total_place

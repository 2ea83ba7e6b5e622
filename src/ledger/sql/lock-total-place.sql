-- Lets one job through at a time.
select below from ledger_total_place
for no key update

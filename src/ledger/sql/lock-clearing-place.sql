-- Lets one job through at a time.
select below from clearing_place
for no key update

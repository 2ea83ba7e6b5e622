-- Notes an incremental run of $1 that found $2. Where $3 is given, what is below it may be sealed once the transactions before $4 have ended.
update verify_place
set incremental_at = $1, incremental_violations = $2, sealable_below = coalesce($3, sealable_below),
  sealable_after = case when $3::uuid is null then sealable_after else $4::xid8 end

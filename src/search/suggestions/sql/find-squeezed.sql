-- The customers, accounts and bills whose references, as letters and digits, are among the pieces $2: the longest first, since a long
-- one is seldom there by accident, and up to $3.
select kind, entity_id as id
from external_reference
where environment_id = $1 and kind in ('customer', 'account', 'bill')
  and upper(translate(reference, '-_', '') collate "C") = any ($2::text[])
order by length(reference) desc, entity_id desc
limit $3

-- Blanks what requests and sessions of customer $2 say, and frees the references of requests.
with blanked as (
  update checkout as c
  set external_reference = null, description = null, phone = null, return_url = null, metadata = '{}',
    version = version + 1, updated_at = $4
  where c.environment_id = $1 and c.customer_id = $2 and c.bucket = $3
  returning c.*
), freed as (
  delete from external_reference as n using blanked as b
  where n.environment_id = $1 and n.kind = 'payment_request' and n.entity_id = b.id
)
select * from blanked order by id

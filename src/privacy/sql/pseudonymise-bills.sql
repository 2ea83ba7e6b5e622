update bill as e
set external_reference = child.reference, metadata = '{}', version = version + 1, updated_at = $3,
  description = null, lines = null, document_url = null
from unnest($4::uuid[], $5::text[]) as child (id, reference)
where e.environment_id = $1 and e.bucket = $2 and e.id = child.id

select r.environment_id, r.processor, v.mode, r.read_until, r.failures
from settlement_reader as r
join environment as v on v.id = r.environment_id
where r.environment_id = $1 and r.processor = $2

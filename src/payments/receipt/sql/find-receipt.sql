select r.payment_id, r.bucket, r.environment_id, r.facts, r.personal,
  json_build_object('accent_color', v.face->>'accent_color') as face,
  (select json_build_object('sha256', encode(sha256, 'hex'), 'width', width, 'height', height)
    from logo where environment_id = v.id) as logo,
  v.receipt_requests
from receipt as r
join environment as v on v.id = r.environment_id
where r.payment_id = $1 and r.bucket = $2

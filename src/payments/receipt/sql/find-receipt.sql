select r.payment_id, r.bucket, r.environment_id, r.facts, r.personal,
  json_build_object('accent_color', v.face->>'accent_color') as face,
  (select json_build_object('sha256', encode(sha256, 'hex'), 'width', width, 'height', height)
    from logo where environment_id = v.id) as logo,
  v.receipt_requests, v.locale, v.languages, c.locale as customer_locale
from receipt as r
join environment as v on v.id = r.environment_id
join payment as p on p.environment_id = r.environment_id and p.id = r.payment_id and p.bucket = r.bucket
left join customer as c on c.id = p.customer_id and c.bucket = p.bucket
where r.payment_id = $1 and r.bucket = $2

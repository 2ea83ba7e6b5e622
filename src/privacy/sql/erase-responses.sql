-- Stored responses of the last 24 hours that mention a customer. A response that shows one of its objects contains the
-- id of the customer, or of money of it that was unidentified then ($2); a refusal may quote a reference ($3). The key stays used: the request was carried out and
-- must not be carried out again.
update idempotency_response
set status = $4, body = $5, encrypted = false
where environment_id = $1 and not encrypted
  and case when status < 400 then exists (select 1 from unnest($2::text[]) as named (id) where strpos(body, named.id) > 0)
    else regexp_split_to_array(body, '[^A-Za-z0-9_-]+') && $3::text[] end

-- Notes that a processor has opened a charge. Of two that it opened for one payment, the first that is noted here is the one that its payer
-- is sent to; who comes second waits for the row, and gets the page of the first.
update charge
set request_id = case when page_url is null then coalesce($4, request_id) else request_id end, page_url = coalesce(page_url, $5)
where environment_id = $1 and payment_id = $2 and bucket = $3
returning page_url

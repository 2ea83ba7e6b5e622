-- What has become of a capture or a void is final: its processor is not asked about it again.
update capture set status = $4, failure = $5, told_id = $6, obligation_ids = $7::uuid[], next_check_at = null, updated_at = $8
where environment_id = $1 and id = $2 and bucket = $3

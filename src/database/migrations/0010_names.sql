-- purpose: the field's words for two columns and a table: system account, response
-- breaking: yes

alter table ledger_entry rename column house_account to system_account;
alter table idempotency_answer rename to idempotency_response;
alter index idempotency_answer_pkey rename to idempotency_response_pkey;
alter table idempotency_key rename column answer_id to response_id;

-- purpose: since when an endpoint has its status; the secret of one may stand beside headers and the secret before, which older versions cannot read
-- breaking: yes

-- When it was last enabled again; null for one that never was disabled, which is enabled since it was created.
alter table webhook_endpoint add column enabled_at timestamptz;

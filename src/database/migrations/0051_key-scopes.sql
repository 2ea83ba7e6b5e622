-- purpose: what a key may do: some scopes, all, or only begin payment sessions; and which processor an audit entry is of
-- breaking: no

alter table api_key
  add column kind text not null default 'secret' check (kind in ('secret', 'public')),
  -- Null: every scope, as every key had before.
  add column scopes text[],
  add constraint api_key_scopes_check
    check (case kind when 'public' then scopes is not null and scopes = '{}' else scopes is null or scopes <> '{}' end);

-- The name of what has no id: a processor.
alter table audit_entry add column object_name text;

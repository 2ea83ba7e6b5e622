-- purpose: what a key may do: some scopes or all of them, or, of a public key, only begin payment sessions
-- breaking: no

alter table api_key
  add column kind text not null default 'secret' check (kind in ('secret', 'public')),
  -- Null: every scope, as every key had before.
  add column scopes text[],
  add constraint api_key_scopes_check
    check (case kind when 'public' then scopes is not null and scopes = '{}' else scopes is null or scopes <> '{}' end);

import type { Pool } from '../database/pool.ts'

/** The version of the PostgreSQL, and a sentence when the role that serves may do what it should not. */
export type DatabaseFacts = { version: string; warning: string | undefined }

type Row = { version: string; superuser: boolean; owner: boolean }

/** Asks an open database about itself. */
export async function databaseFacts(pool: Pool): Promise<DatabaseFacts> {
  const { rows } = await pool.query<Row>(
    `select split_part(current_setting('server_version'), ' ', 1) as version, r.rolsuper as superuser,
       pg_has_role(r.oid, t.relowner, 'member') as owner
     from pg_roles as r, pg_class as t
     where r.rolname = current_user and t.oid = 'ledger_entry'::regclass`,
  )
  const { version, superuser, owner } = rows[0] as Row
  return { version, warning: superuser || owner ? warningOf(superuser) : undefined }
}

function warningOf(superuser: boolean): string {
  const why = superuser
    ? 'The role of DATABASE_URL is a superuser, for whom no right is checked'
    : 'The role of DATABASE_URL owns the tables and can give itself every right'
  return `${why}, so nothing keeps it from changing entries and events: serve as another role, and run tallystick migrate --grant-to ROLE as this one.`
}

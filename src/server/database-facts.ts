import type { Pool } from '../database/pool.ts'

/** The version of the PostgreSQL, and a warning when the serving role has more rights than it should. */
export type DatabaseFacts = { version: string; warning: string | undefined }

type Row = { version: string; superuser: boolean; owner: boolean }

/** Reads the facts of an open database. */
export async function databaseFacts(pool: Pool): Promise<DatabaseFacts> {
  const { rows } = await pool.query<Row>({
    name: 'read-database-facts',
    text: `select split_part(current_setting('server_version'), ' ', 1) as version, r.rolsuper as superuser,
       pg_has_role(r.oid, t.relowner, 'member') as owner
     from pg_roles as r, pg_class as t
     where r.rolname = current_user and t.oid = 'ledger_entry'::regclass`,
  })
  const { version, superuser, owner } = rows[0] as Row
  return { version, warning: superuser || owner ? warningOf(superuser) : undefined }
}

function warningOf(superuser: boolean): string {
  const why = superuser
    ? 'The role of DATABASE_URL is a superuser, whose rights are not checked'
    : 'The role of DATABASE_URL owns the tables and can grant itself every right'
  return `${why}, so nothing prevents it from changing entries and events: serve as another role, and run tallystick migrate --grant-to ROLE as this one.`
}

import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'

/**
 * How many rows every table has, and a sum over all that stands in them; of one environment when it is named. Events of requests before
 * are given their places behind the request, so this waits until each has one.
 */
export async function fingerprint({ database }: TestServer, environmentId?: number): Promise<Record<string, string>> {
  await eventually(async () => {
    const { rows } = await database.owner.query('select from unsequenced_event limit 1')
    return rows.length === 0
  }, 'every event has its place in the feed')
  const { rows: tables } = await database.owner.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class as c
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and ($1::integer is null or exists (select from pg_attribute where attrelid = c.oid and attname = 'environment_id'))`,
    [environmentId ?? null],
  )
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await database.owner.query(
        `select count(*)::text || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as content from ${name} as t
         ${environmentId === undefined ? '' : `where environment_id = ${environmentId}`}`,
      )
      return [name, rows[0].content] as const
    }),
  )
  return Object.fromEntries(counts)
}

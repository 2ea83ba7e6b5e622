import type { RateLimitPolicy } from '../core/rate-limit.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'

const leaseRateSql = loadSql(import.meta.url, './sql/lease-rate.sql')

/** What a process got, and in how many seconds everything would be there again. */
export type Lease = { granted: number; full_in_s: number }

/** Takes up to `wanted` of what a subject may ask for, as all processes together have left it. */
export async function leaseRate(
  pool: Queryable,
  kind: string,
  subject: string,
  wanted: number,
  { quota, window_s }: RateLimitPolicy,
): Promise<Lease> {
  const { rows } = await pool.query<Lease>({ ...leaseRateSql, values: [kind, subject, wanted, quota, window_s] })
  return rows[0] ?? { granted: 0, full_in_s: 0 }
}

/** Deletes what says nothing any more, at most `limit` rows. */
export async function deletePastLeases(pool: Queryable, limit: number): Promise<void> {
  await pool.query({
    name: 'delete-past-leases',
    text: `delete from rate_lease where ctid = any (array(
      select ctid from rate_lease where full_at < now() limit $1 for update skip locked))`,
    values: [limit],
  })
}

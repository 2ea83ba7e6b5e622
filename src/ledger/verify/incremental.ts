import { firstIdAt, type Id } from '../../core/id/id.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { writtenForGoodMs } from '../totals.ts'
import type { CheckResult } from './check.ts'
import { checks } from './checks.ts'
import { withLock } from './lock.ts'
import { movedChecks } from './moved.ts'
import { inSnapshot } from './run-check.ts'
import { type ChainEnd, sealUpTo } from './seals/make-seals.ts'
import { runChecks } from './verify.ts'

/** What an incremental run did. */
export type IncrementalRun = {
  results: CheckResult[]
  /** The seal behind which it checked; undefined where it checked everything. */
  since: ChainEnd | undefined
  /** The last seal after it. */
  sealed: ChainEnd
}

/** What a run needs. Without the key nothing is sealed. */
export type IncrementalOptions = { pool: Pool; now: Date; key: Buffer | undefined; stopping?: AbortSignal }

type Place = {
  number: bigint
  below: Id
  next_transaction: string
  may_note: boolean
  sealable_below: Id
}

const readPlaceSql = loadSql(import.meta.url, './sql/read-verify-place.sql')
const noteRunSql = loadSql(import.meta.url, './sql/note-incremental.sql')

/**
 * Checks what has moved since the last seal, and seals it when it is right and nothing older can still be written: so what is below the last
 * seal was checked, and is found when it is changed. The first run checks everything. Returns
 * undefined while another run is under way, of this process or of another.
 */
export async function verifyIncrementally(options: IncrementalOptions): Promise<IncrementalRun | undefined> {
  // The snapshot is made behind the lock, so it sees the seals of the run before.
  return withLock(options.pool, 'incremental', (holder) =>
    inSnapshot(options.pool, undefined, (first) => run(options, first, holder), options.stopping),
  )
}

async function run(
  { pool, now, key }: IncrementalOptions,
  first: Queryable,
  holder: Queryable,
): Promise<IncrementalRun> {
  const writtenForGood = firstIdAt(now.getTime() - writtenForGoodMs)
  const { rows } = await first.query<Place>(readPlaceSql.text, [writtenForGood])
  const place = rows[0] as Place
  const end = { number: place.number, below: place.below }
  const since = end.number > 0n ? end : undefined
  const results = await runChecks(pool, first, since ? await movedChecks(first, since.below) : checks)
  const violations = results.reduce((sum, one) => sum + one.violations, 0n)
  const seals = key !== undefined && violations === 0n
  const sealed = seals ? await sealUpTo({ pool, snapshot: first, key, now }, end, place.sealable_below) : end
  const noted = place.may_note ? [writtenForGood, place.next_transaction] : [null, null]
  await holder.query({ ...noteRunSql, values: [now, violations, ...noted] })
  return { results, since, sealed }
}

import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { CheckResult } from './check.ts'
import { checks, sealsCheck } from './checks.ts'
import { withLock } from './lock.ts'
import { inSnapshot, runCheck } from './run-check.ts'
import { checkMacs } from './seals/chain.ts'

type Place = {
  whole_began_at: Date | null
  next_check: number
  next_seal: bigint
  next_step_at: Date
  whole_at: Date | null
  seals: bigint
}

const readRunSql = loadSql(import.meta.url, './sql/read-whole-run.sql')
const noteStepSql = loadSql(import.meta.url, './sql/note-whole-step.sql')

// Every check but that of all seals at once: those are compared a few at a time.
const steps = checks.filter(({ file }) => file !== sealsCheck(0n, 0n).file)
const sealsAtOnce = 10n
const roundMs = 3_600_000
// A step rests nine times as long as it took: a tenth of one processor, however large the books are.
const restsFor = 9

/**
 * Makes the next step of the whole run in the background, if it is due: one check, or a few seals, in a snapshot of its own, so that none is held
 * for long. A round begins an hour after the one before began, or when that has ended. Returns what it found, and undefined when nothing was
 * due or another process is at it.
 */
export async function stepWholeRun(options: {
  pool: Pool
  now: Date
  key: Buffer
  stopping?: AbortSignal
}): Promise<CheckResult[] | undefined> {
  return withLock(options.pool, 'whole', (holder) => stepIfDue(options, holder))
}

async function stepIfDue(
  { pool, now, key, stopping }: Parameters<typeof stepWholeRun>[0],
  holder: Queryable,
): Promise<CheckResult[] | undefined> {
  const { rows } = await holder.query<Place>(readRunSql)
  const place = rows[0] as Place
  const rested = place.whole_at === null || place.whole_at.getTime() + roundMs <= now.getTime()
  if (place.next_step_at > now || (place.whole_began_at === null && !rested)) return undefined
  const started = performance.now()
  const check = steps[place.next_check]
  const lastSeal = place.next_seal + sealsAtOnce - 1n
  const isLast = check === undefined && lastSeal >= place.seals
  const results = await inSnapshot(
    pool,
    undefined,
    async (connection) => {
      const found = [await runCheck(connection, check ?? sealsCheck(place.next_seal, lastSeal))]
      return isLast ? [...found, await checkMacs(connection, key)] : found
    },
    stopping,
  )
  const took_ms = performance.now() - started
  const violations = results.reduce((sum, one) => sum + one.violations, 0n)
  await holder.query({
    ...noteStepSql,
    values: [
      place.whole_began_at ?? now,
      violations,
      isLast ? 0 : place.next_check + (check ? 1 : 0),
      isLast || check ? 1n : lastSeal + 1n,
      new Date(now.getTime() + took_ms * (1 + restsFor)),
      isLast,
    ],
  })
  return results
}

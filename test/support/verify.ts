import { firstIdAt, timeOf } from '../../src/core/id/id.ts'
import type { CheckResult } from '../../src/ledger/verify/check.ts'
import { movedChecks } from '../../src/ledger/verify/moved.ts'
import { inSnapshot, runCheck } from '../../src/ledger/verify/run-check.ts'
import { formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import type { TestDatabase } from './database.ts'
import { tally } from './tally.ts'

/** Fails with the lines of `tallystick verify` that do not hold. Every test file ends with it, when its database is dropped. */
export async function expectCleanBooks({ pool }: Pick<TestDatabase, 'pool'>): Promise<void> {
  expectNoneBroken(await verifyBooks(pool))
  tally('clean verifies')
  // A long form: that books of every kind are also right from any instant on takes seconds for each file.
  for (const from of process.env.TALLYSTICK_TEST_MOVED === '1' ? await cutsOf(pool) : []) {
    expectNoneBroken(await checkMoved(pool, from), ` behind ${from}`)
  }
}

/** What an incremental run finds that begins behind an id. */
export async function checkMoved(pool: TestDatabase['pool'], from: string): Promise<CheckResult[]> {
  return inSnapshot(pool, undefined, async (connection) => {
    const results: CheckResult[] = []
    for (const check of await movedChecks(connection, from)) results.push(await runCheck(connection, check))
    return results
  })
}

/** Up to sixteen instants at which something was written, as the ids from which on it is new. */
async function cutsOf(pool: TestDatabase['pool']): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from ledger_transaction union select id from event union select id from audit_entry order by 1',
  )
  const cuts = [...new Set(rows.map(({ id }) => firstIdAt(timeOf(id))))]
  const step = Math.max(1, Math.floor(cuts.length / 16))
  return cuts.filter((_, index) => index % step === 0)
}

function expectNoneBroken(results: readonly CheckResult[], where = ''): void {
  const broken = results.filter(({ violations }) => violations > 0n)
  if (broken.length > 0) throw new Error(`The books are not right${where}.\n${broken.map(formatResult).join('\n')}`)
}

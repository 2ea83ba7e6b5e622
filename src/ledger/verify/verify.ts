import { isSpread, type Pool, type Queryable } from '../../database/pool.ts'
import type { Check, CheckResult } from './check.ts'
import { checks } from './checks.ts'
import { inSnapshot, runCheck } from './run-check.ts'
import { checkMacs } from './seals/chain.ts'

/**
 * Proves the books: runs every check, read-only and in one snapshot, so that it may run beside a server that takes
 * payments. It needs two connections of the pool. The results are in the order of the invariants; a violation is not an
 * error. With the key that seals are made with it is also proved that they are ours. Where tables are spread over machines, what is found is
 * looked at again.
 */
export async function verifyBooks(pool: Pool, key?: Buffer, progress?: Progress): Promise<CheckResult[]> {
  const found = await inSnapshot(pool, undefined, async (first) => {
    const results = await runChecks(pool, first, checks, progress)
    return key ? [...results, await checkMacs(first, key)] : results
  })
  return isSpread(pool) ? lookAgain(pool, found) : found
}

/**
 * Looks again at what is broken. Machines share no snapshot, so beside payments a check may see one side of a change and not yet the other;
 * what is wrong stays wrong.
 */
async function lookAgain(pool: Pool, found: CheckResult[]): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const [index, result] of found.entries()) {
    const check = checks[index]
    if (check === undefined || result.violations === 0n) results.push(result)
    else results.push(inBoth(result, await inSnapshot(pool, undefined, (connection) => runCheck(connection, check))))
  }
  return results
}

/** What two looks have in common, where both name all that they have found; else what the second has found. */
function inBoth(first: CheckResult, second: CheckResult): CheckResult {
  const isWhole = [first, second].every(({ violations, examples }) => violations === BigInt(examples.length))
  if (!isWhole) return second
  const examples = second.examples.filter((example) => first.examples.includes(example))
  return { ...second, examples, violations: BigInt(examples.length) }
}

/** Is told how many checks of how many have ended. */
export type Progress = (done: number, all: number) => void

/** Runs checks on a connection and on a second one that sees the same. */
export async function runChecks(
  pool: Pool,
  first: Queryable,
  list: readonly Check[],
  progress?: Progress,
): Promise<CheckResult[]> {
  const waiting = list.map((check, index) => ({ check, index }))
  const results: CheckResult[] = []
  let done = 0
  const run = async (connection: Queryable, take: () => (typeof waiting)[number] | undefined) => {
    try {
      for (let next = take(); next; next = take()) {
        results[next.index] = await runCheck(connection, next.check)
        done += 1
        progress?.(done, list.length)
      }
    } finally {
      // When one connection fails, the other ends too.
      waiting.length = 0
    }
  }
  const { rows } = await first.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot')
  // Two connections keep two cores busy; more would take them from the server that this may run beside. They start
  // from the two ends of the list and meet in the middle, where the shortest checks are, so that both end at about
  // the same time.
  const other = inSnapshot(pool, rows[0]?.snapshot, (second) => run(second, () => waiting.pop()))
  const running = [run(first, () => waiting.shift()), other]
  await Promise.allSettled(running)
  await Promise.all(running)
  return results
}

/** The line of one result, and one more for each example of a violation. */
export function formatResult({
  invariant,
  sentence,
  examined,
  violations,
  examples,
  duration_ms,
}: CheckResult): string {
  const state = violations === 0n ? 'holds' : `BROKEN ${violations} times`
  const line = `${invariant.padEnd(3)} ${state}: ${sentence} (${examined} examined, ${duration_ms} ms)`
  return [line, ...examples.map((example) => `      ${example}`)].join('\n')
}

import { formatId, type IdKind, idPrefixes } from '../../core/id/id.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { setUseLimit } from '../../database/use-limit.ts'
import { type Check, checks } from './checks.ts'

/** What one check found. */
export type CheckResult = Pick<Check, 'invariant' | 'sentence'> & {
  /** How many rows it examined. */
  examined: bigint
  /** How many of them break the invariant. */
  violations: bigint
  /** The first few violations, with the ids as the API shows them. */
  examples: string[]
  duration_ms: number
}

type Found = { examined: bigint; violations: bigint; examples: string[] | null }

// Parallel workers are off since the two connections are the workers. Nested loops are off since statistics may be old:
// every statement reads whole tables, and a loop that was planned for a small one would take hours.
const settings = `
  set local work_mem = '256MB'; set local hash_mem_multiplier = 2; set local max_parallel_workers_per_gather = 0;
  set local enable_nestloop = off; set local jit = off; set local enable_seqscan = on;
  set local enable_mergejoin = on; set local enable_material = on;
  set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0`

/**
 * Proves the books: runs every check, read-only and in one snapshot, so that it may run beside a server that takes
 * payments. It needs two connections of the pool. The results are in the order of the invariants; a violation is not an
 * error.
 */
export async function verifyBooks(pool: Pool): Promise<CheckResult[]> {
  const waiting = checks.map((check, index) => ({ check, index }))
  const results: CheckResult[] = []
  const run = async (connection: Queryable, take: () => (typeof waiting)[number] | undefined) => {
    try {
      for (let next = take(); next; next = take()) {
        results[next.index] = await runCheck(connection, next.check)
      }
    } finally {
      // When one connection fails, the other ends too.
      waiting.length = 0
    }
  }
  await inSnapshot(pool, undefined, async (first) => {
    const { rows } = await first.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot')
    // Two connections keep two cores busy; more would take them from the server that this may run beside. They start
    // from the two ends of the list and meet in the middle, where the shortest checks are, so that both end at about
    // the same time.
    const other = inSnapshot(pool, rows[0]?.snapshot, (second) => run(second, () => waiting.pop()))
    const running = [run(first, () => waiting.shift()), other]
    await Promise.allSettled(running)
    await Promise.all(running)
  })
  return results
}

/** Runs `work` in a read-only transaction that sees the books as `snapshot` does, or as they are now. */
async function inSnapshot(
  pool: Pool,
  snapshot: string | undefined,
  work: (connection: Queryable) => Promise<void>,
): Promise<void> {
  const connection = await pool.connect()
  setUseLimit(connection, Number.POSITIVE_INFINITY)
  let broken: Error | undefined
  try {
    await connection.query('begin isolation level repeatable read read only')
    if (snapshot !== undefined) await connection.query(`set transaction snapshot ${connection.escapeLiteral(snapshot)}`)
    await connection.query(settings)
    await work(connection)
  } finally {
    await connection.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    connection.release(broken)
  }
}

async function runCheck(connection: Queryable, check: Check): Promise<CheckResult> {
  const { invariant, sentence, text, values, merges } = check
  const started = performance.now()
  const hashes = merges ? 'off' : 'on'
  await connection.query(`set local enable_hashjoin = ${hashes}; set local enable_hashagg = ${hashes}`)
  const { rows } = await connection.query<Found>(text, values)
  const { examined, violations, examples } = rows[0] as Found
  const duration_ms = Math.round(performance.now() - started)
  return { invariant, sentence, examined, violations, examples: (examples ?? []).map(showExample), duration_ms }
}

/** `customer 0193…` as the API shows it: the id with its prefix. */
function showExample(example: string): string {
  return example.replaceAll(/\b([a-z_]+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g, (whole, kind, id) =>
    Object.hasOwn(idPrefixes, kind) ? formatId(kind as IdKind, id) : whole,
  )
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

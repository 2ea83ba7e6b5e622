import { formatId, type IdKind, idPrefixes } from '../../core/id/id.ts'
import { DeadlineExceeded } from '../../database/availability.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { setUseLimit, streamOf } from '../../database/use-limit.ts'
import type { Check, CheckResult } from './check.ts'

type Found = { examined: bigint; violations: bigint; examples: string[] | null }

// Parallel workers are off since the two connections are the workers.
const settings = `
  set local work_mem = '256MB'; set local hash_mem_multiplier = 2; set local max_parallel_workers_per_gather = 0; set local jit = off;
  set local enable_seqscan = on; set local enable_mergejoin = on; set local enable_material = on;
  set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0`

/** Runs `work` in a read-only transaction that sees the books as `snapshot` does, or as they are now. An abort breaks it off. */
export async function inSnapshot<T>(
  pool: Pool,
  snapshot: string | undefined,
  work: (connection: Queryable) => Promise<T>,
  stopping?: AbortSignal,
): Promise<T> {
  const connection = await pool.connect()
  setUseLimit(connection, Number.POSITIVE_INFINITY)
  let broken: Error | undefined
  const breakOff = () => streamOf(connection).destroy(new DeadlineExceeded())
  if (stopping?.aborted) breakOff()
  stopping?.addEventListener('abort', breakOff)
  try {
    await connection.query('begin isolation level repeatable read read only')
    if (snapshot !== undefined) await connection.query(`set transaction snapshot ${connection.escapeLiteral(snapshot)}`)
    await connection.query(settings)
    return await work(connection)
  } finally {
    stopping?.removeEventListener('abort', breakOff)
    await connection.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    connection.release(broken)
  }
}

/**
 * Runs one check. Of one that reads whole tables nested loops are off: statistics may be old, and a loop that was planned for a small table
 * would take hours. One that goes by keys must not read a whole table.
 */
export async function runCheck(connection: Queryable, check: Check): Promise<CheckResult> {
  const { invariant, sentence, text, values, merges, by_keys } = check
  const started = performance.now()
  const hashes = merges ? 'off' : 'on'
  const [loops, scans] = by_keys ? ['on', 'off'] : ['off', 'on']
  await connection.query(`set local enable_hashjoin = ${hashes}; set local enable_hashagg = ${hashes};
    set local enable_nestloop = ${loops}; set local enable_seqscan = ${scans}; set local enable_mergejoin = ${scans}`)
  const { rows } = await connection.query<Found>({ text, ...(values && { values }) })
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

import type { Pool, Queryable } from '../../database/pool.ts'
import { setUseLimit } from '../../database/use-limit.ts'

const locks = { incremental: 7_210_431, whole: 7_210_432 }

/**
 * Runs `work` while no other process runs work of this kind, or returns undefined at once. The lock ends with its connection too, however the
 * process ends.
 */
export async function withLock<T>(
  pool: Pool,
  kind: keyof typeof locks,
  work: (holder: Queryable) => Promise<T>,
): Promise<T | undefined> {
  const holder = await pool.connect()
  setUseLimit(holder, Number.POSITIVE_INFINITY)
  let broken: Error | undefined
  try {
    if (!(await call(holder, 'pg_try_advisory_lock', kind))) return undefined
    try {
      return await work(holder)
    } finally {
      await call(holder, 'pg_advisory_unlock', kind).catch((error: Error) => {
        broken = error
      })
    }
  } finally {
    holder.release(broken)
  }
}

async function call(holder: Queryable, lock: string, kind: keyof typeof locks): Promise<boolean> {
  const { rows } = await holder.query<{ done: boolean }>(`select ${lock}($1) as done`, [locks[kind]])
  return rows[0]?.done === true
}

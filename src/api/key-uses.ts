import type { Id } from '../core/id/id.ts'
import { textArray, uuidArray } from '../database/arrays.ts'
import { isSpread, type Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'

/** On which day each key was last used: collected in memory, and written by a job. */
export type KeyUses = {
  /** Notes a use, in memory. */
  note(key: Id, now: Date): void
  /** Writes what was noted since the last time: at most once a day for each key. */
  write(pool: Queryable): Promise<void>
}

const dayMs = 86_400_000
const noteKeyUsesSql = loadSql(import.meta.url, './sql/note-key-uses.sql')
const noteKeysOfDaySql = loadSql(import.meta.url, './sql/note-keys-of-day.sql')

/** Creates the notes of one process. They hold at most one entry for each key. */
export function createKeyUses(): KeyUses {
  let day = Number.NaN
  const seen = new Set<Id>()
  let unwritten = new Map<Id, string>()
  return {
    note(key, now) {
      const today = Math.floor(now.getTime() / dayMs)
      if (today !== day) {
        day = today
        seen.clear()
      }
      if (seen.has(key)) return
      seen.add(key)
      unwritten.set(key, new Date(day * dayMs).toISOString().slice(0, 10))
    },
    async write(pool) {
      if (unwritten.size === 0) return
      const uses = unwritten
      unwritten = new Map()
      try {
        await writeUses(pool, uses)
      } catch (error) {
        unwritten = new Map([...uses, ...unwritten])
        throw error
      }
    },
  }
}

async function writeUses(pool: Queryable, uses: ReadonlyMap<Id, string>): Promise<void> {
  if (!isSpread(pool)) {
    await pool.query({ ...noteKeyUsesSql, values: [uuidArray([...uses.keys()]), textArray([...uses.values()])] })
    return
  }
  const days = Map.groupBy(uses, ([, day]) => day)
  for (const [day, those] of days) await pool.query({ ...noteKeysOfDaySql, values: [those.map(([id]) => id), day] })
}

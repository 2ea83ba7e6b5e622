import type { z } from 'zod'
import { type Id, timeOf } from '../../core/id/id.ts'
import type { Pool } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { deliverySettings } from '../delivery/store.ts'
import type { endpointFigures } from './schema.ts'

const readFiguresSql = loadSql(import.meta.url, './sql/endpoint-figures.sql')

type Row = {
  attempts: number
  last_success_at: Date | null
  consecutive_failures: number
  p50_ms: number | null
  p99_ms: number | null
  pending: number | null
  oldest: Id | null
}

/** How an endpoint does: its latest attempts, and what waits for it. */
export async function readFigures(
  pool: Pool,
  { id, environment_id }: { id: Id; environment_id: number },
): Promise<z.input<typeof endpointFigures>> {
  const { rows } = await transaction(pool, (connection, sendCommit) => {
    connection.query(deliverySettings).catch(() => {})
    const reading = connection.query<Row>({ ...readFiguresSql, values: [id, environment_id] })
    sendCommit()
    return reading
  })
  const { attempts, last_success_at, consecutive_failures, p50_ms, p99_ms, pending, oldest } = rows[0] as Row
  return {
    attempts,
    ...(last_success_at !== null && { last_success_at: last_success_at.toISOString() }),
    consecutive_failures,
    ...(p50_ms !== null && { p50_ms }),
    ...(p99_ms !== null && { p99_ms }),
    ...(pending !== null && { pending_deliveries: pending }),
    ...(oldest !== null && { oldest_pending_at: new Date(timeOf(oldest)).toISOString() }),
  }
}

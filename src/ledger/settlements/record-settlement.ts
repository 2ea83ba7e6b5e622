import { required } from '../../core/assert.ts'
import { formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import { renderEvent, writeEvents } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import { enterMove, firstLinesOf, progressOf } from './progress.ts'
import {
  insertSettlement,
  lockSettlement,
  type SettlementOwner,
  type SettlementRow,
  updateSettlement,
} from './settlement-row.ts'
import type { ToldSettlement } from './told.ts'

/**
 * Brings a settlement to what its processor says of it. It may be called concurrently and any number of times: its reference is
 * unique, and the lock on it lets each step through once. What was paid has gone from the clearing account to the bank, and comes back to it
 * where the bank refuses it later. Throws a `SettlementContradiction`.
 */
export async function recordSettlement(
  connection: Connection,
  context: ChangeContext,
  owner: SettlementOwner,
  told: ToldSettlement,
): Promise<SettlementRow> {
  const { now } = context
  const inserted = await insertSettlement(connection, owner, told, firstLinesOf(told), now)
  if (inserted) {
    const journal = new Journal(now)
    enterMove(journal, context, undefined, inserted)
    await Promise.all([journal.write(connection), tellCreated(connection, context, inserted)])
    return inserted
  }
  const before = required(await lockSettlement(connection, owner, told.reference), 'a known settlement stays')
  const row = progressOf(before, told, now)
  if (row === before) return before
  const journal = new Journal(now)
  enterMove(journal, context, before.status, row)
  await Promise.all([updateSettlement(connection, row), journal.write(connection)])
  return row
}

async function tellCreated(connection: Connection, { environment }: ChangeContext, row: SettlementRow): Promise<void> {
  const { id, bucket, created_at } = row
  const data = {
    id: formatId('settlement', id),
    processor: row.processor,
    reference: row.reference,
    status: row.status,
    currency: row.currency,
    amount: toNumber(row.amount),
    arrives_at: formatInstant(row.arrives_at),
    mode: environment.mode,
    created_at: formatInstant(created_at),
    updated_at: formatInstant(row.updated_at),
    object_version: toNumber(row.version),
  }
  const event = renderEvent(environment, { id, bucket, type: 'settlement.created', subject_id: id, created_at, data })
  await writeEvents(connection, [event])
}

import { required } from '../../core/assert.ts'
import { earlierOf, formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import { renderEvent, writeEvents } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import {
  insertSettlement,
  lockSettlement,
  type SettlementOwner,
  type SettlementRow,
  updateSettlement,
} from './settlement-row.ts'
import type { ToldSettlement } from './told.ts'

/** A processor that tells of another amount or currency than before. */
export class SettlementContradiction extends Error {}

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
  const inserted = await insertSettlement(connection, owner, told, now)
  if (inserted) {
    const journal = new Journal(now)
    if (inserted.status === 'paid') post(journal, context, inserted)
    await Promise.all([journal.write(connection), tellCreated(connection, context, inserted)])
    return inserted
  }
  const before = required(await lockSettlement(connection, owner, told.reference), 'a known settlement stays')
  if (before.amount !== told.amount || before.currency !== told.currency) {
    throw new SettlementContradiction('a processor tells of another amount of a settlement than before')
  }
  return progress(connection, context, before, told)
}

async function progress(
  connection: Connection,
  context: ChangeContext,
  before: SettlementRow,
  told: ToldSettlement,
): Promise<SettlementRow> {
  const moves =
    before.status === 'pending' ? told.status !== 'pending' : before.status === 'paid' && told.status === 'failed'
  const status = moves ? told.status : before.status
  const lines = before.lines === 'waiting' || before.lines === 'none' ? startOf(told.lines) : before.lines
  const arrives_at = before.status === 'pending' ? told.arrives_at : before.arrives_at
  const same =
    status === before.status && lines === before.lines && arrives_at.getTime() === before.arrives_at.getTime()
  if (same) return before
  const row = { ...before, status, lines, arrives_at, version: before.version + 1n, updated_at: context.now }
  const journal = new Journal(context.now)
  if (moves && (status === 'paid' || before.status === 'paid')) post(journal, context, row)
  await Promise.all([updateSettlement(connection, row), journal.write(connection)])
  return row
}

function startOf(lines: ToldSettlement['lines']): SettlementRow['lines'] {
  return lines === 'ready' ? 'reading' : lines
}

/** Moves the amount to the bank, from when it arrived; of one that failed, back to what the processor owes. */
function post(journal: Journal, { now, actor, request_id }: ChangeContext, row: SettlementRow): void {
  // One that nothing is left of moves nothing.
  if (row.amount === 0n) return
  const failed = row.status === 'failed'
  const { bucket, environment_id, processor, currency } = row
  const transaction = journal.open({
    bucket,
    environment_id,
    kind: failed ? 'settlement_failed' : 'settlement',
    source_id: row.id,
    request_id,
    actor,
    effective_at: failed ? now : earlierOf(row.arrives_at, now),
  })
  const toBank = failed ? -row.amount : row.amount
  journal.postToSystemAccount(transaction, `bank:${processor}`, currency, toBank)
  journal.postToSystemAccount(transaction, `clearing:${processor}`, currency, -toBank)
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

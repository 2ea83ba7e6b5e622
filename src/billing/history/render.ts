import type { z } from 'zod'
import { formatActor } from '../../core/actor.ts'
import { formatId } from '../../core/id/id.ts'
import { sumToNumber, toNumber } from '../../core/money.ts'
import { sourceKinds } from './kinds.ts'
import type { entry } from './schema.ts'
import type { EntryRow, MovementRow } from './store.ts'

function renderMoved(row: MovementRow) {
  return {
    id: formatId('entry', row.id),
    transaction: formatId('transaction', row.transaction_id),
    kind: row.kind,
    amount: toNumber(row.amount),
    currency: row.currency,
    effective_at: row.effective_at.toISOString(),
    recorded_at: row.recorded_at.toISOString(),
    ...(row.request_id !== null && { request_id: row.request_id }),
    ...(row.actor !== null && { actor: formatActor(row.actor) }),
    source: formatId(sourceKinds[row.kind], row.source_id),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.label !== null && { label: row.label }),
    ...(row.reference !== null && { reference: row.reference }),
  }
}

/** An entry as the API shows it. */
export function renderEntry(row: EntryRow): z.input<typeof entry> {
  return { ...renderMoved(row), balance_after: toNumber(row.balance_after), version: toNumber(row.version) }
}

/**
 * The movements of a statement, each with the balance after it, and the closing balance. They are in the order in which
 * they took effect, which may differ from the order in which they were recorded, so the balance is summed here and not
 * taken from the entry.
 */
export function renderMovements(opening: bigint, rows: MovementRow[]) {
  let balance = opening
  const movements = rows.map((row) => {
    balance += row.amount
    return { ...renderMoved(row), balance: sumToNumber(balance) }
  })
  return { opening_balance: sumToNumber(opening), movements, closing_balance: sumToNumber(balance) }
}

import type { z } from 'zod'
import { formatActor } from '../../core/actor.ts'
import { formatId } from '../../core/id/id.ts'
import { sumToNumber, toNumber } from '../../core/money.ts'
import { ownerField } from '../../ledger/receivable.ts'
import { sourceKinds } from './kinds.ts'
import type { entry, wholeStatement } from './schema.ts'
import type { EntryRow, MovementRow, WholeRow } from './store.ts'

function renderMoved(row: Omit<MovementRow, 'version'>) {
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

/** What there is in one currency, as a statement of everything shows it: each movement with the balance of all together after it. */
export function renderWhole({ currency, opening, movements, ...row }: WholeRow): WholeCurrency {
  let balance = opening
  const shown = movements.map((moved) => {
    balance += moved.amount
    const { owner_id: id, owner_kind: kind, external_reference } = moved
    return { ...renderMoved(moved), ...ownerField({ id, kind }), external_reference, balance: sumToNumber(balance) }
  })
  return {
    currency,
    opening_balance: sumToNumber(opening),
    movements: shown,
    closing_balance: sumToNumber(balance),
    ageing: {
      current: sumToNumber(row.current),
      days_1_30: sumToNumber(row.days_1_30),
      days_31_60: sumToNumber(row.days_31_60),
      days_61_90: sumToNumber(row.days_61_90),
      over_90: sumToNumber(row.over_90),
    },
  }
}

type WholeCurrency = z.input<typeof wholeStatement>['currencies'][number]

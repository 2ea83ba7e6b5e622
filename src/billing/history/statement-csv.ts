import { formatActor } from '../../core/actor.ts'
import { dateIn } from '../../core/clock.ts'
import { csvLine } from '../../core/csv.ts'
import { formatId } from '../../core/id/id.ts'
import { sourceKinds } from './kinds.ts'
import type { AgeingRow, StatementRow, WholeMovementRow } from './store.ts'

/** The columns, in their order. New ones come last. */
const columns = [
  'line',
  'currency',
  'date',
  'kind',
  'amount',
  'balance',
  'owner',
  'external_reference',
  'label',
  'reference',
  'reason',
  'source',
  'effective_at',
  'recorded_at',
  'id',
  'transaction',
  'request_id',
  'actor',
] as const

type Cells = Partial<Record<(typeof columns)[number], string | bigint | null>>
const lineOf = (cells: Cells) => csvLine(columns.map((column) => cells[column]))

const ages = ['current', 'days_1_30', 'days_31_60', 'days_61_90', 'over_90'] as const satisfies (keyof AgeingRow)[]

type Summed = { of: StatementRow; balance: bigint }

/**
 * A statement as CSV, in pieces: of each currency a line with the opening balance, its movements with the balance after each, a line with
 * the closing balance and, of a statement of everything, one for each age of what is open. Only movements have an `amount`, so that a sum
 * of that column is what was moved.
 */
export async function* statementCsv(pages: AsyncIterable<StatementRow[]>, time_zone: string): AsyncGenerator<string> {
  let text = csvLine(columns)
  let summed: Summed | undefined
  for await (const rows of pages) {
    for (const row of rows) {
      if (row.currency !== summed?.of.currency) {
        if (summed) text += closing(summed)
        summed = { of: row, balance: row.opening }
        text += lineOf({ line: 'opening_balance', currency: row.currency, balance: row.opening })
      }
      if (row.id === null) continue
      summed.balance += row.amount
      text += movementLine(row, summed.balance, time_zone)
    }
    yield text
    text = ''
  }
  yield summed ? closing(summed) : text
}

function movementLine(row: WholeMovementRow, balance: bigint, time_zone: string): string {
  return lineOf({
    line: 'movement',
    currency: row.currency,
    date: dateIn(time_zone, row.effective_at),
    kind: row.kind,
    amount: row.amount,
    balance,
    owner: formatId(row.owner_kind, row.owner_id),
    external_reference: row.external_reference,
    label: row.label,
    reference: row.reference,
    reason: row.reason,
    source: formatId(sourceKinds[row.kind], row.source_id),
    effective_at: row.effective_at.toISOString(),
    recorded_at: row.recorded_at.toISOString(),
    id: formatId('entry', row.id),
    transaction: formatId('transaction', row.transaction_id),
    request_id: row.request_id,
    actor: row.actor && Object.entries(formatActor(row.actor)).flat().join(':'),
  })
}

function closing({ of: { currency, ageing }, balance }: Summed): string {
  const aged = ageing ? ages.map((age) => lineOf({ line: age, currency, balance: ageing[age] })) : []
  return [lineOf({ line: 'closing_balance', currency, balance }), ...aged].join('')
}

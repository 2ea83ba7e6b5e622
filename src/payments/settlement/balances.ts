import type { z } from 'zod'
import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { dateIn, endOfDate } from '../../core/clock.ts'
import { sumToNumber } from '../../core/money.ts'
import type { Queryable } from '../../database/pool.ts'
import { type ClearingSum, readClearing } from '../../ledger/settlements/clearing.ts'
import { processorNames } from '../processor/kinds.ts'
import type { processorBalances } from './schema.ts'

type Column = 'charged' | 'refunded' | 'taken_back' | 'fees' | 'unmatched' | 'settled'

/** Where each kind of transaction that moves a clearing account is counted. The others move none. */
const columnOf: Readonly<Record<ClearingSum['kind'], Column | null>> = {
  payment: 'charged',
  refund: 'refunded',
  refund_succeeded: 'refunded',
  refund_failed: 'refunded',
  payment_reversal: 'taken_back',
  dispute_won: 'taken_back',
  processor_fee: 'fees',
  unmatched_line: 'unmatched',
  line_matched: 'unmatched',
  settlement: 'settled',
  settlement_failed: 'settled',
  opening_balance: null,
  balance_set: null,
  fee: null,
  credit_note: null,
  discount: null,
  write_off: null,
  adjustment: null,
  bill_raised: null,
  bill_voided: null,
  amount_paid_set: null,
  credit: null,
  application: null,
  application_reversal: null,
  transfer: null,
}

// What leaves a clearing account is shown as an amount above zero.
const leaves: ReadonlySet<Column> = new Set<Column>(['refunded', 'taken_back', 'fees', 'settled'])

type Shown = z.input<typeof processorBalances>

/** What each processor owed at the end of a day, by what made it so. Throws `amount_out_of_range`. */
export async function readBalances(
  database: Queryable,
  { environment, now }: Pick<RequestContext, 'environment' | 'now'>,
  asOf: string | undefined,
): Promise<Shown> {
  const { time_zone } = environment
  const as_of = asOf ?? dateIn(time_zone, now)
  const accounts = processorNames.map((name) => `clearing:${name}`)
  const sums = await readClearing(database, environment.id, accounts, endOfDate(time_zone, as_of))
  const byAccount = Map.groupBy(sums, ({ system_account, currency }) => `${system_account}:${currency}`)
  return { as_of, time_zone, data: [...byAccount.values()].map(renderBalance) }
}

function renderBalance(sums: ClearingSum[]): Shown['data'][number] {
  const totals: Record<Column, bigint> = {
    charged: 0n,
    refunded: 0n,
    taken_back: 0n,
    fees: 0n,
    unmatched: 0n,
    settled: 0n,
  }
  let owed = 0n
  for (const { kind, amount } of sums) {
    const column = required(columnOf[kind], 'every kind that moves a clearing account is counted somewhere')
    totals[column] += leaves.has(column) ? -amount : amount
    owed += amount
  }
  const { system_account, currency } = required(sums[0], 'a balance is the sum of something')
  return {
    processor: system_account.slice('clearing:'.length),
    currency,
    charged: sumToNumber(totals.charged),
    refunded: sumToNumber(totals.refunded),
    taken_back: sumToNumber(totals.taken_back),
    fees: sumToNumber(totals.fees),
    unmatched: sumToNumber(totals.unmatched),
    settled: sumToNumber(totals.settled),
    owed: sumToNumber(owed),
  }
}

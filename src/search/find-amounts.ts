import { readAmount } from '../core/amount-reader.ts'
import type { Id } from '../core/id/id.ts'
import { maxAmount } from '../core/money.ts'
import { bigintArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { type Hit, ranks, type Search } from './hit.ts'

const findAmountsSql = loadSql(import.meta.url, './sql/find-amounts.sql')

// How many bills, unpaid bills and payments are looked through, the newest first.
const newestMax = 1_000

// Amounts are written here as in the examples of the documents: 1,250.00.
const locale = 'en'

// A currency with each number of decimals that there is.
const currencyOfDecimals = ['JPY', 'ZAR', 'KWD', 'CLF']

// Digits, with a sign or a code of a currency before or behind them.
const amountPattern = /^(?:[\p{L}\p{Sc}]{1,4}[. ]{0,2})?(\d[\d.,' ]{0,20})(?: ?[\p{L}\p{Sc}]{1,4})?$/u

/** Bills and unapplied payments of an amount: digits are taken for minor units too. */
export async function findAmounts(database: Queryable, { environment_id, q, kinds }: Search): Promise<Hit[]> {
  const amounts = amountsMeant(q)
  if (amounts.length === 0 || !(kinds.has('bill') || kinds.has('payment'))) return []
  const { rows } = await database.query<{ kind: 'bill' | 'payment'; id: Id; currency: string; amount: bigint }>({
    ...findAmountsSql,
    values: [environment_id, bigintArray(amounts), kinds.has('bill'), kinds.has('payment'), newestMax],
  })
  return rows
    .filter(({ currency, amount }) => isMeant(q, currency, amount))
    .map(({ kind, id }) => ({ kind, id, matched: 'amount', rank: ranks.amount }))
}

/** What may be meant in minor units, whatever the currency. */
function amountsMeant(q: string): bigint[] {
  const number = amountPattern.exec(q)?.[1]
  if (number === undefined) return []
  const readings = currencyOfDecimals.map((currency) => readAmount(number, currency, locale))
  const amounts = readings.flatMap((reading) => ('amount' in reading ? [reading.amount] : []))
  return [...new Set([...amounts, ...minorUnits(q)])].filter((amount) => amount > 0n && amount <= maxAmount)
}

function isMeant(q: string, currency: string, amount: bigint): boolean {
  const reading = readAmount(q, currency, locale)
  return ('amount' in reading && reading.amount === amount) || minorUnits(q).includes(amount)
}

function minorUnits(q: string): bigint[] {
  return /^\d{1,15}$/.test(q) ? [BigInt(q)] : []
}

import { bucketOfReference } from '../../core/bucket.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type Hint, type Match, matchOf, type PaymentOfLine, toldPaymentOf } from './line-match.ts'
import type { SettlementOwner } from './settlement-row.ts'

type Found = PaymentOfLine & { place: number }

const findChargesSql = loadSql(import.meta.url, '../sql/find-charges-of-lines.sql')
const findPaymentsSql = loadSql(import.meta.url, '../sql/find-payments-of-lines.sql')
const findSettlementsSql = loadSql(import.meta.url, '../sql/find-settlements-of-lines.sql')

/**
 * Finds what lines are about. A charge is matched by its payment, a refund by the refund that we sent, a dispute by a payment of which
 * something was taken back, a settlement that failed by that settlement; each in the currency of the line. A fee is about nothing else.
 */
export async function matchLines(
  connection: Queryable,
  owner: SettlementOwner,
  currency: string,
  lines: readonly Hint[],
): Promise<Match[]> {
  const charges = await findCharges(connection, owner, lines)
  const told = lines.map((line) => toldPaymentOf(line, charges))
  const [payments, settlements] = await Promise.all([
    findPayments(connection, owner, lines, told),
    findSettlements(connection, owner, lines),
  ])
  return lines.map((line, place) => matchOf(line, currency, payments.get(place), settlements))
}

/** The payments of the references that we know charges by. */
async function findCharges(
  connection: Queryable,
  { environment_id, processor }: SettlementOwner,
  lines: readonly Hint[],
): Promise<Map<string, Id>> {
  const references = distinct(lines.map((line) => line.charge_reference))
  if (references.length === 0) return new Map()
  const buckets = integerArray(references.map((reference) => bucketOfReference(processor, reference)))
  const { rows } = await connection.query<{ reference: string; payment_id: Id }>({
    ...findChargesSql,
    values: [environment_id, processor, textArray(references), buckets],
  })
  return new Map(rows.map(({ reference, payment_id }) => [reference, payment_id]))
}

/** The payments of this processor, by the places of the lines, with the refund and whether anything was taken back. */
async function findPayments(
  connection: Queryable,
  { environment_id, processor }: SettlementOwner,
  lines: readonly Hint[],
  told: readonly (Id | null)[],
): Promise<Map<number, Found>> {
  const known = told.flatMap((id, place) => (id === null ? [] : [{ id, place }]))
  if (known.length === 0) return new Map()
  const { rows } = await connection.query<Found>({
    ...findPaymentsSql,
    values: [
      environment_id,
      processor,
      integerArray(known.map(({ place }) => place)),
      uuidArray(known.map(({ id }) => id)),
      integerArray(known.map(({ id }) => bucketOf(id))),
      textArray(known.map(({ place }) => lines[place]?.refund_reference ?? null)),
    ],
  })
  return new Map(rows.map((row) => [row.place, row]))
}

async function findSettlements(
  connection: Queryable,
  { environment_id, processor }: SettlementOwner,
  lines: readonly Hint[],
): Promise<Set<string>> {
  const references = distinct(lines.map((line) => line.settlement_reference))
  if (references.length === 0) return new Set()
  const buckets = integerArray(references.map((reference) => bucketOfReference(processor, reference)))
  const { rows } = await connection.query<{ reference: string }>({
    ...findSettlementsSql,
    values: [environment_id, processor, textArray(references), buckets],
  })
  return new Set(rows.map(({ reference }) => reference))
}

function distinct(references: readonly (string | null | undefined)[]): string[] {
  return [...new Set(references.filter((one): one is string => typeof one === 'string'))]
}

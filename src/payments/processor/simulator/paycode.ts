import { randomInt } from 'node:crypto'
import { bucketOfValue } from '../../../core/bucket.ts'
import { passesLuhn } from '../../../core/card-number.ts'
import type { Id } from '../../../core/id/id.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import { isWithinTime, type SimulatorCharge } from './charge.ts'

const assignPaycodeSql = loadSql(import.meta.url, './sql/assign-paycode.sql')
const findPaycodeChargeSql = loadSql(import.meta.url, './sql/find-paycode-charge.sql')

const freeDigits = 14
const attemptsMax = 3

/**
 * A new code of 16 digits. It begins with a digit that no card scheme has and fails the check of card numbers, so that it is never
 * taken for one.
 */
export function newPaycode(): string {
  const digits = Array.from({ length: freeDigits }, () => randomInt(10)).join('')
  const last = randomInt(10)
  const code = `9${digits}${last}`
  return passesLuhn(code) ? `9${digits}${(last + 1) % 10}` : code
}

/** A code as people read and type it: in groups of four. */
export function shownPaycode(paycode: string): string {
  return paycode.replaceAll(/(\d{4})(?=\d)/g, '$1 ')
}

/** Gives an open charge its code, which it keeps. */
export async function assignPaycode(pool: Queryable, charge: SimulatorCharge): Promise<void> {
  const { id, bucket, environment_id } = charge
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const paycode = newPaycode()
    const { rowCount } = await pool.query({
      ...assignPaycodeSql,
      values: [environment_id, paycode, id, bucketOfValue(paycode), bucket],
    })
    if (rowCount === 1) return
  }
}

/** The payment of a code that can be paid now: its charge is open, and nobody has begun to pay otherwise since. */
export async function findPaycodePayment(
  pool: Queryable,
  environmentId: number,
  typed: string,
  now: Date,
): Promise<Id | undefined> {
  const paycode = typed.replaceAll(' ', '')
  if (!/^9\d{15}$/.test(paycode)) return undefined
  const { rows } = await pool.query<Pick<SimulatorCharge, 'id' | 'created_at'>>({
    ...findPaycodeChargeSql,
    values: [environmentId, paycode, bucketOfValue(paycode)],
  })
  return rows.find((charge) => isWithinTime(charge, now))?.id
}

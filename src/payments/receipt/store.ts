import type { AppContext } from '../../context.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import type { FaceTexts, Logo } from '../../html/face.ts'
import type { Spoken } from '../../html/language/choose.ts'
import { insertReceipts } from '../../ledger/payments/receipts.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { MethodDetails } from '../processor/processor.ts'

/** What a payment brought to one debt. `amount` is 0 where nothing was owed any more of what was chosen. */
export type FrozenLine = {
  receivable_id: Id
  kind: ReceivableKind
  voided: boolean
  chosen: number
  amount: number
  /** Null where nothing was brought to it. */
  balance_after: number | null
}

/** What a receipt says for good. Amounts are in minor units. */
export type ReceiptFacts = {
  merchant: { name: string } & Record<'legal_name' | 'phone' | 'email' | 'website', string | null>
  mode: 'test' | 'live'
  time_zone: string
  received_at: string
  channel: string
  currency: string
  amount: number
  unapplied_amount: number
  direct_amount: number
  lines: FrozenLine[]
}

/** What a receipt says until its customer is pseudonymised. The lines are those of the facts, in their order. */
export type ReceiptPersonal = {
  customer_name: string | null
  method: MethodDetails | null
  /** Of a recorded payment. */
  reference: string | null
  asked_reference: string | null
  asked_description: string | null
  lines: { external_reference: string; account_name: string | null; description: string | null }[]
}

/** A receipt as it was written, and how its merchant shows itself and what its customer reads now. */
export type StoredReceipt = Spoken & {
  payment_id: Id
  bucket: number
  environment_id: number
  facts: ReceiptFacts
  personal: ReceiptPersonal | null
  face: Pick<FaceTexts, 'accent_color'>
  logo: Logo | null
  receipt_requests: boolean
}

/** A change since: from a debt, of the whole payment, by a refund or a bank, to another customer, or to a debt that is none of the receipt's. */
export type LaterChange = {
  kind: 'taken_back' | 'reversed' | 'came_back' | 'refunded' | 'refund_failed' | 'moved_on' | 'used'
  at: Date
  amount: bigint
  receivable_id: Id | null
}

const findReceiptSql = loadSql(import.meta.url, './sql/find-receipt.sql')
const findUnreceiptedSql = loadSql(import.meta.url, './sql/find-unreceipted.sql')
const listSinceSql = loadSql(import.meta.url, './sql/list-since.sql')

/**
 * The receipt of a payment that succeeded; `undefined` for every other. That of a recorded payment is written now, when it is first
 * asked for, from its own entries.
 */
export async function findReceipt(
  { pool, clock }: Pick<AppContext, 'pool' | 'clock'>,
  paymentId: Id,
): Promise<StoredReceipt | undefined> {
  const found = await readReceipt(pool, paymentId)
  if (found) return found
  await freezeReceipt({ pool, clock }, paymentId)
  return readReceipt(pool, paymentId)
}

async function readReceipt(pool: Queryable, paymentId: Id): Promise<StoredReceipt | undefined> {
  const { rows } = await pool.query<StoredReceipt>({ ...findReceiptSql, values: [paymentId, bucketOf(paymentId)] })
  return rows[0]
}

type Unreceipted = {
  environment_id: number
  customer_id: Id | null
  unapplied_amount: bigint
  receivable_ids: Id[]
  amounts: string[]
  balances: string[]
}

async function freezeReceipt({ pool, clock }: Pick<AppContext, 'pool' | 'clock'>, payment_id: Id): Promise<void> {
  await transaction(pool, async (connection) => {
    const bucket = bucketOf(payment_id)
    const { rows } = await connection.query<Unreceipted>({ ...findUnreceiptedSql, values: [payment_id, bucket] })
    // A customer who is being pseudonymised meanwhile is waited for: nothing of before may be written after.
    await connection.query({
      name: 'hold-customer-of-receipt',
      text: 'select 1 from customer where id = $1 and bucket = $2 for share',
      values: [rows[0]?.customer_id ?? null, bucket],
    })
    const receipts = rows.map(({ environment_id, unapplied_amount, ...columns }) => ({
      payment_id,
      environment_id,
      unapplied_amount,
      lines: columns.receivable_ids.map((receivable_id, at) => {
        const amount = BigInt(columns.amounts[at] ?? 0)
        return { receivable_id, chosen: amount, amount, balance_after: BigInt(columns.balances[at] ?? 0) }
      }),
    }))
    await insertReceipts(connection, receipts, clock.now())
  })
}

/** What has become of the money since. */
export async function listSince(
  pool: Queryable,
  { environment_id, payment_id, bucket, facts }: StoredReceipt,
): Promise<LaterChange[]> {
  const lines = facts.lines.filter(({ amount }) => amount > 0).length
  const { rows } = await pool.query<LaterChange>({
    ...listSinceSql,
    values: [environment_id, payment_id, bucket, lines],
  })
  return rows
}

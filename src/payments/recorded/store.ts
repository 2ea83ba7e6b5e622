import { absentProblem } from '../../core/absent.ts'
import { bucketOf, formatId, type Id, parseId } from '../../core/id/id.ts'
import type { PaymentStatus } from '../../core/payment-status.ts'
import type { Queryable } from '../../database/pool.ts'
import type { PaymentDetails, PaymentExplanation } from '../../ledger/payments/command.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Decline, MethodDetails } from '../processor/processor.ts'

export type PaymentRow = {
  id: Id
  bucket: number
  environment_id: number
  /** Null when the money is for nothing in Billing, or its payer is unknown. */
  customer_id: Id | null
  status: PaymentStatus
  channel: string
  reference: string | null
  currency: string
  amount: bigint
  applied_amount: bigint
  unapplied_amount: bigint
  reversed_amount: bigint
  direct_amount: bigint
  suspense_amount: bigint
  transferred_amount: bigint
  /** The payment that its money came of. */
  transferred_from: Id | null
  refunded_amount: bigint
  /** Null: what is charged arrives at once. The others are null until it is authorised. */
  capture_method: 'manual' | null
  authorised_amount: bigint | null
  captured_amount: bigint | null
  voided_amount: bigint | null
  claimed_amount: bigint | null
  authorised_until: Date | null
  /** The request or session that it is an attempt to pay. */
  checkout_id: Id | null
  checkout_kind: 'request' | 'session' | null
  checkout_reference: string | null
  explanation: PaymentExplanation | null
  method_details: MethodDetails | null
  last_payment_error: (Decline & { timestamp?: string }) | null
  metadata: Record<string, string>
  /** What the bank says of it. */
  details: PaymentDetails | null
  /** The payment that it was recorded in place of. */
  replaces: Id | null
  version: bigint
  received_at: Date | null
  created_at: Date
  updated_at: Date
}

export type PaymentObligationRow = {
  id: Id
  receivable_id: Id
  kind: ReceivableKind
  amount: bigint
  reversed_amount: bigint
}

const columns = `select e.id, e.bucket, e.environment_id, e.customer_id, e.status, e.channel, e.reference,
    e.currency, e.amount, e.applied_amount, e.unapplied_amount, e.reversed_amount, e.refunded_amount, e.direct_amount, e.suspense_amount,
    e.transferred_amount, e.transferred_from, e.capture_method,
    e.authorised_amount, e.captured_amount, e.voided_amount, e.claimed_amount, e.authorised_until, e.explanation,
    e.method_details, e.last_payment_error, e.metadata, e.details, e.replaces, e.version, e.received_at, e.created_at, e.updated_at,
    e.checkout_id, k.kind as checkout_kind, k.external_reference as checkout_reference`
const checkoutOfPayment = `left join checkout as k on k.environment_id = e.environment_id and k.id = e.checkout_id and k.bucket = e.bucket`

/** The select of a payment; lists share it. */
export const paymentSelect = `${columns} from payment as e ${checkoutOfPayment}`

/** The same from a work list, which is short: the payments are looked up by it. */
export const openPaymentSelect = `${columns} from open_payment as o
  join payment as e on e.environment_id = o.environment_id and e.id = o.payment_id and e.bucket = o.bucket ${checkoutOfPayment}`

const shownObligationsMax = 100

/** One payment of an environment. */
export async function findPayment(
  connection: Queryable,
  environmentId: number,
  id: Id,
): Promise<PaymentRow | undefined> {
  const { rows } = await connection.query<PaymentRow>({
    name: 'find-payment',
    text: `${paymentSelect} where e.environment_id = $1 and e.id = $2 and e.bucket = $3`,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** The first hundred applications of a payment, in the order they were made. */
async function findObligations(
  connection: Queryable,
  environmentId: number,
  paymentId: Id,
): Promise<PaymentObligationRow[]> {
  const { rows } = await connection.query<PaymentObligationRow>({
    name: 'find-obligations-of-payment',
    text: `select id, receivable_id, kind, amount, reversed_amount from application
      where environment_id = $1 and payment_id = $2 and bucket = $3 order by id limit $4`,
    values: [environmentId, paymentId, bucketOf(paymentId), shownObligationsMax],
  })
  return rows
}

/** Finds a payment by its id. Throws `not_found`. */
export async function findPaymentOrThrow(
  connection: Queryable,
  environmentId: number,
  shown: string,
): Promise<PaymentRow> {
  const id = parseId('payment', shown)
  const row = id === undefined ? undefined : await findPayment(connection, environmentId, id)
  if (!row) throw absentProblem('payment', shown, { parameter: 'payment' })
  return row
}

/** A payment with its obligations. Throws `not_found`. */
export async function readPayment(
  connection: Queryable,
  environmentId: number,
  id: Id,
): Promise<{ row: PaymentRow; obligations: PaymentObligationRow[] }> {
  const [row, obligations] = await Promise.all([
    findPayment(connection, environmentId, id),
    findObligations(connection, environmentId, id),
  ])
  if (!row) throw absentProblem('payment', formatId('payment', id), { parameter: 'payment' })
  return { row, obligations }
}

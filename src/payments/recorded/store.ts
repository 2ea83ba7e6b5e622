import { absentProblem } from '../../core/absent.ts'
import { bucketOf, formatId, type Id, parseId } from '../../core/id/id.ts'
import type { PaymentStatus } from '../../core/payment-status.ts'
import type { Queryable } from '../../database/pool.ts'
import type { PaymentExplanation } from '../../ledger/payments/command.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Decline, MethodDetails } from '../processor/processor.ts'

export type PaymentRow = {
  id: Id
  bucket: number
  environment_id: number
  customer_id: Id
  status: PaymentStatus
  channel: string
  reference: string | null
  currency: string
  amount: bigint
  applied_amount: bigint
  unapplied_amount: bigint
  reversed_amount: bigint
  explanation: PaymentExplanation | null
  method_details: MethodDetails | null
  last_payment_error: (Decline & { timestamp?: string }) | null
  metadata: Record<string, string>
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

const columns = `id, bucket, environment_id, customer_id, status, channel, reference, currency, amount, applied_amount,
  unapplied_amount, reversed_amount, explanation, method_details, last_payment_error, metadata, replaces, version,
  received_at, created_at, updated_at`

/** The select of a payment; lists share it. */
export const paymentSelect = `select ${columns} from payment as e`

const shownObligationsMax = 100

/** One payment of an environment. */
export async function findPayment(
  connection: Queryable,
  environmentId: number,
  id: Id,
): Promise<PaymentRow | undefined> {
  const { rows } = await connection.query<PaymentRow>({
    name: 'find-payment',
    text: `${paymentSelect} where environment_id = $1 and id = $2 and bucket = $3`,
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

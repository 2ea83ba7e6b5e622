import { required } from '../../core/assert.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import { formatInstant } from '../../core/clock.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { type FieldError, Problem } from '../../core/problem.ts'
import { comparableReference } from '../../core/reference-text.ts'
import { sha256 } from '../../core/secret.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { findRefund, type RefundRow } from '../../ledger/corrections/refund-row.ts'
import type { RefundWay } from '../../ledger/corrections/refund-way.ts'
import type { WantedRefund } from '../../ledger/corrections/send-refund.ts'

/** A refund by hand, as it was asked for. */
export type SaidRefund = WantedRefund & { way: Extract<RefundWay, { kind: 'external' }> }

const claimRefundReferenceSql = loadSql(import.meta.url, './sql/claim-refund-reference.sql')

// A fingerprint begins with its version.
const version = 1

/**
 * Claims the reference of a refund, for good. Returns undefined when it was free, or else the refund that was made of the same
 * request. Throws `refund_reference_conflict` when the reference belongs to another refund.
 */
export async function claimReference(
  connection: Connection,
  environmentId: number,
  said: SaidRefund,
): Promise<RefundRow | undefined> {
  const { channel, reference } = said.way
  const compared = comparableReference(reference)
  const key = [environmentId, channel, compared, bucketOfValue(`${channel}\n${compared}`)]
  const fingerprint = fingerprintOf(said)
  const { rowCount } = await connection.query({ ...claimRefundReferenceSql, values: [...key, said.id, fingerprint] })
  if (rowCount === 1) return undefined
  const { rows } = await connection.query<{ refund_id: Id; fingerprint: Buffer }>({
    name: 'find-refund-reference',
    text: `select refund_id, fingerprint from refund_reference
      where environment_id = $1 and channel = $2 and reference = $3 and bucket = $4`,
    values: key,
  })
  const holder = required(rows[0], 'a reference that is taken belongs to a refund')
  const row = required(await findRefund(connection, environmentId, holder.refund_id), 'a reference names a refund')
  const faults = differences(said, row, holder.fingerprint.equals(fingerprint))
  if (faults.length === 0) return row
  const detail = `The reference belongs to ${formatId('refund', row.id)}, which is another refund.`
  throw new Problem('refund_reference_conflict', detail, { errors: faults })
}

/** What a request is known by when it is sent again: all that it said but the time, which it may leave out. */
function fingerprintOf({ payment_id, amount, from, reason }: SaidRefund): Buffer {
  const sources = from?.map((source) => [source.application_id, shown(source.amount)]) ?? null
  const canonical = JSON.stringify([payment_id, shown(amount), sources, reason])
  return Buffer.concat([Buffer.of(version), sha256(canonical)])
}

function shown(amount: bigint | undefined): string | null {
  return amount === undefined ? null : String(amount)
}

/** What differs between a request and the refund that was made of the first one under its reference. */
function differences({ payment_id, amount, reason, way }: SaidRefund, row: RefundRow, same: boolean): FieldError[] {
  const code = 'refund_reference_conflict'
  const late =
    way.refunded_at === undefined || way.refunded_at.getTime() === row.refunded_at.getTime()
      ? []
      : [{ pointer: '/refunded_at', code, detail: `The refund was sent at ${formatInstant(row.refunded_at)}.` }]
  if (same) return late
  const known: FieldError[] = [
    ...(payment_id === row.payment_id
      ? []
      : [{ parameter: 'payment', code, detail: `The refund is of ${formatId('payment', row.payment_id)}.` }]),
    ...(amount === row.amount ? [] : [{ pointer: '/amount', code, detail: `The refund is of ${row.amount}.` }]),
    ...(reason === row.reason ? [] : [{ pointer: '/reason', code, detail: 'The refund has another reason.' }]),
    ...late,
  ]
  return known.length > 0 ? known : [{ pointer: '/from', code, detail: 'The refund was taken from elsewhere.' }]
}

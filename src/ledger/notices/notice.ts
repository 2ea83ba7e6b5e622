import type { z } from 'zod'
import { formatInstant } from '../../core/clock.ts'
import { formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { type EventEnvironment, type NewEvent, renderEvent } from '../../events/outbox.ts'
import type { toldTransferNotice } from '../../shapes/transfer-notice.ts'
import type { ChosenAmount } from '../allocation.ts'
import { ownerField, type ReceivableKind } from '../receivable.ts'

/** A transfer that a payer was shown the bank's details for, as it is stored. It moves no money. */
export type NoticeRow = {
  id: Id
  bucket: number
  environment_id: number
  code: string
  status: 'shown' | 'announced' | 'settled' | 'expired'
  /** Null when it is for nothing in Billing. */
  customer_id: Id | null
  /** Whose page it was made on; null for that of a request or session. */
  target_id: Id | null
  checkout_id: Id | null
  checkout_kind: 'request' | 'session' | null
  currency: string
  amount: bigint
  /** What was chosen, in order: as many kinds and amounts as ids. Empty for a request or session. */
  chosen_ids: Id[]
  chosen_kinds: ReceivableKind[]
  chosen_amounts: string[]
  settled_by: Id | null
  version: bigint
  announced_at: Date | null
  settled_at: Date | null
  expires_at: Date
  created_at: Date
  updated_at: Date
}

/** The columns of a notice, of the table `n`. */
export const noticeColumns = `n.id, n.bucket, n.environment_id, n.code, n.status, n.customer_id, n.target_id, n.checkout_id,
  n.checkout_kind, n.currency, n.amount, n.chosen_ids, n.chosen_kinds, n.chosen_amounts::text[] as chosen_amounts, n.settled_by,
  n.version, n.announced_at, n.settled_at, n.expires_at, n.created_at, n.updated_at`

/** What was chosen to be paid by a transfer, in order. */
export function chosenOf({
  chosen_ids,
  chosen_amounts,
}: Pick<NoticeRow, 'chosen_ids' | 'chosen_amounts'>): ChosenAmount[] {
  return chosen_ids.map((receivable_id, at) => ({ receivable_id, amount: BigInt(chosen_amounts[at] ?? 0) }))
}

/** The status at an instant: one that waits ends at its `expires_at`, whether or not a job has come by. */
export function noticeStatusAt({ status, expires_at }: NoticeRow, now: Date): NoticeRow['status'] {
  return (status === 'shown' || status === 'announced') && expires_at <= now ? 'expired' : status
}

/** A notice in the shape of the API and of its events. */
export function renderNotice(
  { mode }: Pick<EventEnvironment, 'mode'>,
  row: NoticeRow,
  now: Date,
): z.input<typeof toldTransferNotice> {
  const { customer_id, checkout_id, settled_by, announced_at, settled_at } = row
  const debts = chosenOf(row).map(({ receivable_id, amount }, at) => ({
    ...ownerField({ id: receivable_id, kind: row.chosen_kinds[at] as ReceivableKind }),
    amount: toNumber(amount),
  }))
  return {
    id: formatId('transfer_notice', row.id),
    code: row.code,
    status: noticeStatusAt(row, now),
    ...(customer_id !== null && { customer_id: formatId('customer', customer_id) }),
    ...(checkout_id !== null &&
      (row.checkout_kind === 'request'
        ? { payment_request_id: formatId('payment_request', checkout_id) }
        : { payment_session_id: formatId('payment_session', checkout_id) })),
    amount: toNumber(row.amount),
    currency: row.currency,
    ...(debts.length > 0 && { debts }),
    ...(settled_by !== null && { settled_by: formatId('payment', settled_by) }),
    ...(announced_at !== null && { announced_at: formatInstant(announced_at) }),
    ...(settled_at !== null && { settled_at: formatInstant(settled_at) }),
    expires_at: formatInstant(row.expires_at),
    mode,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

/** The event of a notice that was announced, or that a payment has settled. */
export function noticeEvent(
  environment: EventEnvironment,
  row: NoticeRow,
  change: 'announced' | 'settled',
  now: Date,
): NewEvent {
  const data = { ...renderNotice(environment, row, now), object_version: toNumber(row.version) }
  const id = newId(row.bucket, now.getTime())
  const { bucket, id: subject_id } = row
  return renderEvent(environment, { id, bucket, subject_id, created_at: now, type: `transfer_notice.${change}`, data })
}

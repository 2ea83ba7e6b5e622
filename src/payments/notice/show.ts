import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { required } from '../../core/assert.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { newTransferCode } from '../../core/transfer-code.ts'
import { isUniqueViolation } from '../../database/errors.ts'
import type { NoticeRow } from '../../ledger/notices/notice.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { findNotice, findWaitingNotice, insertNotice } from './store.ts'

/** For how long a transfer is waited for, since its details were shown or it was announced. */
export const noticeLifetimeMs = 30 * 86_400_000

/** What a payer wants to pay by bank transfer. */
export type WantedTransfer = {
  /** Made with the form, so that one form is one notice. */
  id: Id
  environment_id: number
  customer_id: Id | null
  /** Whose page the payer is at; null for that of a request or session. */
  target_id: Id | null
  checkout: { id: Id; kind: 'request' | 'session' } | null
  chosen: { receivable_id: Id; kind: ReceivableKind; amount: bigint }[]
  currency: string
  amount: bigint
}

const triesMax = 3

/**
 * The notice of a transfer with its code: the one that waits for the same already, or a new one. It reserves nothing, so it may be
 * made as often as a payer likes.
 */
export async function noticeToShow(
  { pool, clock }: Pick<AppContext, 'pool' | 'clock'>,
  wanted: WantedTransfer,
  cause: { actor: Actor; request_id: string },
): Promise<NoticeRow> {
  const now = clock.now()
  const row = newNotice(wanted, now)
  const waiting = await findWaitingNotice(pool, row, now)
  if (waiting) return waiting
  for (let tries = 1; ; tries++) {
    try {
      await insertNotice(pool, { ...row, code: newTransferCode() }, cause)
      return required(await findNotice(pool, row.environment_id, row.id), 'the notice has been written')
    } catch (error) {
      // The code is another notice's.
      if (!isUniqueViolation(error) || tries === triesMax) throw error
    }
  }
}

function newNotice(wanted: WantedTransfer, now: Date): Omit<NoticeRow, 'code'> {
  const { id, environment_id, customer_id, target_id, checkout, chosen, currency, amount } = wanted
  return {
    id,
    bucket: bucketOf(id),
    environment_id,
    status: 'shown',
    customer_id,
    target_id,
    checkout_id: checkout?.id ?? null,
    checkout_kind: checkout?.kind ?? null,
    currency,
    amount,
    chosen_ids: chosen.map(({ receivable_id }) => receivable_id),
    chosen_kinds: chosen.map(({ kind }) => kind),
    chosen_amounts: chosen.map((one) => String(one.amount)),
    settled_by: null,
    version: 1n,
    announced_at: null,
    settled_at: null,
    expires_at: new Date(now.getTime() + noticeLifetimeMs),
    created_at: now,
    updated_at: now,
  }
}

import { z } from 'zod'
import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import { recordChange } from '../../audit/record.ts'
import type { AppContext } from '../../context.ts'
import { formatInstant } from '../../core/clock.ts'
import { formatId, newId } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { transaction } from '../../database/transaction.ts'
import { renderEvent, writeEvents } from '../../events/outbox.ts'
import { ownDirection } from '../../html/direction.ts'
import { isOwnOrigin, readForm, sendForeign } from '../../html/form.ts'
import { voiceFor } from '../../html/language/choose.ts'
import { addMessage } from '../../payments/receipt/messages.ts'
import type { StoredReceipt } from '../../payments/receipt/store.ts'
import { pageCause } from '../cause.ts'
import { openReceipt, sendReceipt } from './show.ts'

// The longest that a mail server takes (RFC 5321, 4.5.3.1.3, less the angle brackets).
const address = z.email().max(254)

/**
 * `POST /receipts/{token}`: sends the receipt to an address, once. Where this server sends no e-mail, the merchant's system is told by
 * an event, if the merchant wants that.
 */
export async function requestSending(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
  const receipt = await openReceipt(app, token)
  const by_mail = app.mailer !== undefined
  if (!by_mail && !receipt.receipt_requests) return sendReceipt(app, request, reply, receipt)
  const voice = voiceFor(request, receipt)
  const words = voice.text.document.send
  const typed = (readForm(request).get('email') ?? '').trim()
  const read = address.safeParse(typed)
  if (!read.success) return sendReceipt(app, request, reply, receipt, { status: 422, typed, error: words.wrong })
  const wanted = { address: read.data, language: voice.language, now: app.clock.now(), by_mail }
  const added = await transaction(app.pool, async (connection) => {
    const added = await addMessage(connection, app.vault, receipt, wanted)
    if (added === 'new') await tell(connection, receipt, { ...wanted, ...pageCause(request.id) })
    return added
  })
  if (added === 'too_many')
    return sendReceipt(app, request, reply, receipt, { status: 429, typed, error: words.tooMany })
  if (added === 'new' && !by_mail) app.eventsCommitted()
  // The same for an address that it was sent to before.
  const done = by_mail ? words.sent : words.told(ownDirection(receipt.facts.merchant.name, voice))
  return sendReceipt(app, request, reply, receipt, { done })
}

type Wanted = { address: string; now: Date; by_mail: boolean } & ReturnType<typeof pageCause>

/** The record of who asked; and for the merchant's system, to what address, which can be erased. */
async function tell(
  connection: Connection,
  { payment_id, bucket, environment_id, facts }: StoredReceipt,
  { address, now, by_mail, ...cause }: Wanted,
): Promise<void> {
  const environment = { id: environment_id, mode: facts.mode }
  await recordChange(
    connection,
    { environment, now, ...cause },
    { action: 'requested', object_kind: 'receipt', object_id: payment_id },
  )
  if (by_mail) return
  const data = {
    payment_id: formatId('payment', payment_id),
    email: address,
    mode: facts.mode,
    created_at: formatInstant(now),
  }
  const id = newId(bucket, now.getTime())
  const type = 'receipt.requested'
  await writeEvents(connection, [
    renderEvent(environment, { id, bucket, type, subject_id: payment_id, created_at: now, data }),
  ])
}

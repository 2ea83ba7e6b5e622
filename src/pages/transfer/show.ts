import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { parseId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { receiptPath } from '../../core/receipt-address.ts'
import { isOwnOrigin, sendForeign } from '../../html/form.ts'
import { askedParameter, type Spoken, voiceFor } from '../../html/language/choose.ts'
import { sendPage } from '../../html/send.ts'
import { type NoticeRow, noticeStatusAt } from '../../ledger/notices/notice.ts'
import { announceNotice } from '../../payments/notice/announce.ts'
import { findNotice } from '../../payments/notice/store.ts'
import { bankTransferOf } from '../../payments/processor/registry.ts'
import { transferPath } from '../announced/path.ts'
import { withCarried } from '../carried.ts'
import { pageCause } from '../cause.ts'
import { pathOf } from '../checkout/show.ts'
import { type Door, openCheckout } from '../checkout/store.ts'
import { hasEnded, openLink } from '../link.ts'
import type { OutcomeSubject } from '../outcome-view.ts'
import { transferPage } from './page.ts'

/** Where a transfer is shown: whose page that is, the path of that, and whether it still is one. */
type Place = {
  subject: Spoken & Pick<OutcomeSubject, 'environment' | 'face'>
  own: string
  isOpen: boolean
  /** Whether a notice was made there. */
  owns(notice: NoticeRow): boolean
}

async function placeOfLink(app: AppContext, token: string): Promise<Place> {
  const subject = await openLink(app, token, { archived: 'accepted', ended: 'accepted' })
  const isOpen = !subject.archived && !hasEnded(subject, app.clock.now())
  return { subject, own: `/p/${token}`, isOpen, owns: ({ target_id }) => target_id === subject.id }
}

async function placeOfDoor(app: AppContext, door: Door): Promise<Place> {
  const subject = await openCheckout(app, door)
  return { subject, own: pathOf(door), isOpen: true, owns: ({ checkout_id }) => checkout_id === subject.row.id }
}

/** Whose page a transfer belongs to: the link of what is owed, or the code of a request or session. */
export type TransferDoor = { token: string } | Door

async function open(app: AppContext, door: TransferDoor, shown: string): Promise<Place & { notice: NoticeRow }> {
  const place = await ('token' in door ? placeOfLink(app, door.token) : placeOfDoor(app, door))
  const id = parseId('transfer_notice', shown)
  const notice = id && (await findNotice(app.pool, place.subject.environment.id, id))
  if (!notice || !place.owns(notice)) throw new Problem('not_found', 'This link has no such transfer.')
  return { ...place, notice }
}

/** `GET …/transfers/{notice}`: the bank details with the code, and what has become of the transfer. */
export async function showTransfer(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  door: TransferDoor,
  shown: string,
): Promise<FastifyReply> {
  const { subject, own, isOpen, notice } = await open(app, door, shown)
  const way = await bankTransferOf(app, subject.environment)
  const voice = voiceFor(request, subject)
  const carried = askedParameter(voice)
  const page = transferPage({
    subject,
    voice,
    notice,
    status: noticeStatusAt(notice, app.clock.now()),
    account: way?.enabled ? way.account : undefined,
    action: withCarried(transferPath(own, notice.id), carried),
    back: isOpen ? withCarried(own, carried) : undefined,
    receipt: notice.settled_by === null ? undefined : withCarried(receiptPath(app.vault, notice.settled_by), carried),
  })
  return sendPage(reply, page)
}

/** `POST …/transfers/{notice}`: the payer says that the transfer was sent. */
export async function announceTransfer(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  door: TransferDoor,
  shown: string,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
  const { subject, own, notice } = await open(app, door, shown)
  await announceNotice(app, subject.environment, notice.id, pageCause(request.id))
  const carried = askedParameter(voiceFor(request, subject))
  return reply.redirect(withCarried(transferPath(own, notice.id), carried), 303)
}

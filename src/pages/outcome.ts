import { settlePayment } from '../payments/session/sync-with-processor.ts'
import { findPagePayment } from '../payments/session/store.ts'
import { readId, showId } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { sendPage } from '../html/send.ts'
import type { FastifyReply, FastifyRequest, Platform } from '../api/platform.ts'
import { openLink } from './link.ts'
import { outcomePage } from './outcome-page.ts'

/** `GET /p/{token}/payments/{payment}`: how a payment stands. While it is unsettled, each look asks the processor. */
export async function showOutcome(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, payment: shown }: { token: string; payment: string },
): Promise<FastifyReply> {
  const before = await openLink(platform, token)
  const id = readId('payment', shown)
  const found = id && (await findPagePayment(platform.pool, before.environment.id, id))
  if (!found || found.target_id !== before.id) throw new Problem('not_found', 'This link has no such payment.')
  const payment = (await settlePayment(platform, found.environment_id, found.id, request.id)) ?? found
  // What remains is shown as it is after the payment.
  const presented = await openLink(platform, token)
  const page = `/p/${token}`
  const links = { page, self: `${page}/payments/${showId('payment', payment.id)}` }
  return sendPage(reply, outcomePage(presented, payment, links))
}

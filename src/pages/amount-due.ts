import { findPresented, listOwed, type Presented } from './store.ts'
import { settlePayment } from '../payments/session/sync-with-processor.ts'
import { listUnsettled, type PagePayment } from '../payments/session/store.ts'
import { processorFor } from '../payments/processor/registry.ts'
import { present } from '../core/assert.ts'
import { bucketOf } from '../core/id/id.ts'
import { sendPage } from '../html/send.ts'
import type { FastifyReply, FastifyRequest, Platform } from '../api/platform.ts'
import { linkToken } from '../core/page-link.ts'
import { openLink } from './link.ts'
import { type OwedView, owedPage } from './amount-due-page.ts'
import { newPayForm } from './pay-form.ts'
import { readTracking } from './tracking.ts'

// Payments of this page whose processor is asked while the payer waits.
const askedMax = 3

/** `GET /p/{token}`: what is owed now. */
export async function showOwed(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const presented = await openLink(platform, token)
  const tracking = readTracking(new URL(request.url, 'http://page').searchParams)
  return sendOwed(platform, request, reply, { token, presented, tracking })
}

/** Sends the page of what is owed, with a new pay form; with `fault`, because what was sent cannot be paid. */
export async function sendOwed(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { token: string; presented: Presented; tracking: Record<string, string>; fault?: OwedView['fault'] },
): Promise<FastifyReply> {
  const { token, tracking, fault } = asked
  const { presented, on_its_way } = await settleFirst(platform, asked.presented, request.id)
  const now = platform.clock.now()
  const processor = processorFor(platform, presented.environment)
  const page = owedPage({
    presented,
    owed: await listOwed(platform.pool, presented),
    on_its_way,
    now,
    linkTo: ({ kind, id, link_version }) => `/p/${linkToken(platform.vault, kind, id, link_version)}`,
    pay_form: processor && [
      ...newPayForm(platform.vault, token, bucketOf(presented.id), now),
      ...Object.entries(tracking),
    ],
    fault,
  })
  return sendPage(reply, page, { status: fault ? 422 : 200, formOrigins: processor?.page_origins ?? [] })
}

/**
 * Asks about the payments of this page that nobody has looked at since, before it says what is owed: somebody who paid, closed
 * the window and opened the link again would otherwise be asked for the same money twice.
 */
async function settleFirst(
  platform: Platform,
  presented: Presented,
  requestId: string,
): Promise<{ presented: Presented; on_its_way: bigint }> {
  const { environment, customer_id, kind, id } = presented
  const unsettled = await listUnsettled(platform.pool, environment.id, customer_id)
  const mine = unsettled.filter((payment) => payment.target_id === id)
  const looked = await Promise.all(
    mine.map((payment, index) => (index < askedMax ? settleQuietly(platform, payment, requestId) : payment)),
  )
  const settled = looked.some(({ status }) => status === 'succeeded')
  const current = settled ? await findPresented(platform.pool, kind, id) : presented
  const processing = looked.filter(({ status }) => status === 'processing')
  return {
    presented: present(current, 'what is presented is still there'),
    on_its_way: processing.reduce((sum, { amount }) => sum + amount, 0n),
  }
}

/** A processor that does not answer must not keep the payer from seeing the page. */
async function settleQuietly(platform: Platform, payment: PagePayment, requestId: string): Promise<PagePayment> {
  try {
    return (await settlePayment(platform, payment.environment_id, payment.id, requestId)) ?? payment
  } catch (error) {
    platform.log.warn({ err: error, request_id: requestId }, 'a payment could not be checked while its page was shown')
    return payment
  }
}

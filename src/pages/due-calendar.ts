import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { renderDayEvent } from '../core/calendar.ts'
import { formatId } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { voiceFor } from '../html/language/choose.ts'
import { openLink } from './link.ts'

/**
 * `GET /p/{token}/due.ics`: the day on which a bill is due, for the payer's calendar. Calendars are shared and read aloud: the amount and
 * the link are not in it. Throws `not_found` for what is no unpaid bill with a due date.
 */
export async function sendDueCalendar(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const { bill, environment, id, external_reference } = subject
  if (bill?.status !== 'unpaid' || bill.due_date === null) {
    throw new Problem('not_found', 'There is no day on which this is due.')
  }
  const calendar = renderDayEvent({
    uid: `due-${formatId('bill', id)}`,
    date: bill.due_date,
    summary: voiceFor(request, subject).text.history.isDue(external_reference, environment.merchant_name),
    made_at: app.clock.now(),
  })
  return reply
    .headers({
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': 'attachment; filename="due.ics"',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-robots-tag': 'noindex',
    })
    .send(calendar)
}

import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import { queryOf, readPairs } from '../api/url-encoded.ts'
import type { AppContext } from '../context.ts'
import { bucketOf } from '../core/id/id.ts'
import { pageToken } from '../core/page-link.ts'
import { askedParameter, voiceFor } from '../html/language/choose.ts'
import { sendPage } from '../html/send.ts'
import { pageOriginsOf, waysFor } from '../payments/processor/registry.ts'
import { amountDuePage } from './amount-due-page.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { carriedWith, queryHere, withCarried } from './carried.ts'
import { newCreditForm, offersOf } from './credit/offer.ts'
import { tickedMax } from './debts/choice.ts'
import type { Debt } from './debts/debt.ts'
import { openLink } from './link.ts'
import { narrow, readOwed, syncBeforeShowing } from './owed.ts'
import { listPastPayments } from './past-payments.ts'
import { newPayForm } from './pay-form.ts'
import { foldedMax } from './payments-so-far.ts'
import type { PageSubject } from './subject.ts'
import { readTracking } from './tracking.ts'
import { wayUp, wayUpFrom } from './way-up.ts'

/** `GET /p/{token}`: what is owed now. */
export async function showAmountDue(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const pairs = readPairs(queryOf(request.url), 'The query')
  const sentAs = (name: string) => pairs.find(([one]) => one === name)?.[1] ?? ''
  const asked = {
    token,
    subject,
    tracking: readTracking(pairs, subject.tracked_parameters),
    up: sentAs('up'),
    only: sentAs('debt'),
    page: Number(sentAs('page')),
  }
  return sendAmountDue(app, request, reply, asked)
}

/** What a page of what is owed was asked with. */
type Asked = {
  token: string
  subject: PageSubject
  tracking: Record<string, string>
  up?: string
  page?: number
  /** Only this debt of several, by its id as the API shows it. */
  only?: string | undefined
  fault?: AmountDueView['fault']
  credit_used?: AmountDueView['credit_used']
}

/** Sends the page of what is owed, with new pay forms; with `fault` when what was sent cannot be paid. */
export async function sendAmountDue(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, subject: before, tracking, up = '', page = 1, only, fault, credit_used }: Asked,
): Promise<FastifyReply> {
  const subject = await syncBeforeShowing(app, before, request.id)
  const [all, payments] = await Promise.all([readOwed(app, subject), listPastPayments(app.pool, subject, foldedMax)])
  const owed = narrow(all, only)
  const ways = await waysFor(app, subject.environment)
  const { now } = owed
  const voice = voiceFor(request, subject)
  const asked = askedParameter(voice)
  const to = (path: string) => withCarried(path, asked)
  const pages = Math.max(1, Math.ceil(owed.debts.length / tickedMax))
  const above = owed === all ? wayUp(app.vault, subject, token, up, now) : { path: `/p/${token}`, kind: subject.kind }
  const view: AmountDueView = {
    owed,
    voice,
    payments: owed === all ? payments : [],
    path: `/p/${token}`,
    query: queryHere(request, tracking),
    carried: carriedWith(tracking, voice),
    page: Number.isInteger(page) && page >= 1 && page <= pages ? page : 1,
    pages,
    way_up: above && { ...above, path: to(above.path) },
    linkTo: ({ kind, id, shown_id, link_version }) => {
      if (id === subject.id) return to(`/p/${token}?debt=${shown_id}`)
      const link = pageToken(app.vault, kind, id, link_version, subject.guest_until)
      return to(`/p/${link}?up=${wayUpFrom(app.vault, subject, link, now)}`)
    },
    ways,
    fieldsFor:
      ways.length > 0
        ? (debt: Debt) => newPayForm(app.vault, token, bucketOf(subject.id), now, offerOf(debt))
        : undefined,
    credit_offers: offersOf(owed.credits, owed.debts).map((offer) => ({
      ...offer,
      fields: newCreditForm(app.vault, token, subject.customer_id, now, offer),
    })),
    credit_used,
    fault,
  }
  return sendPage(reply, amountDuePage(view), {
    status: fault ? 422 : credit_used === 'none' ? 409 : 200,
    formOrigins: pageOriginsOf(ways),
  })
}

/** One debt, of which the payer may pay a part, with what is open of it now. */
function offerOf({ shown_id, open }: Debt) {
  return { choice: { kind: 'debts' as const, shown_ids: [shown_id] }, seen: `${shown_id}:${open}` }
}

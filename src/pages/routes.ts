import type { FastifyRequest, Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { sendPageNotFound } from '../html/send.ts'
import { showAmountDue } from './amount-due.ts'
import { showCheckoutOutcome } from './checkout/outcome.ts'
import { payCheckout } from './checkout/pay.ts'
import { sendQr } from './checkout/qr.ts'
import { showCheckout } from './checkout/show.ts'
import type { Door } from './checkout/store.ts'
import { sendDueCalendar } from './due-calendar.ts'
import { lookUpAsGuest, showGuestForm } from './guest/look-up.ts'
import { showHowToPay } from './how-to-pay.ts'
import { showOutcome } from './outcome.ts'
import { pay } from './pay.ts'
import { showPastPayments } from './payments-so-far.ts'
import { showReview } from './review.ts'
import { showStatement, showStatementPdf } from './statement/show.ts'
import { announceTransfer, showTransfer } from './transfer/show.ts'
import { asksToUseCredit, useCredit } from './use-credit.ts'

/** The hosted pages: what is owed, the review of a choice, the use of credit, the step to the processor, and the outcome of a payment. */
export function presentmentRoutes(router: Router, app: AppContext): void {
  router.get<{ Params: { token: string } }>('/p/:token', (request, reply) =>
    showAmountDue(app, request, reply, request.params.token),
  )
  router.post<{ Params: { token: string } }>('/p/:token', (request, reply) =>
    (asksToUseCredit(request) ? useCredit : pay)(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/review', (request, reply) =>
    showReview(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/ways', (request, reply) =>
    showHowToPay(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/due.ics', (request, reply) =>
    sendDueCalendar(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/payments', (request, reply) =>
    showPastPayments(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/statement', (request, reply) =>
    showStatement(app, request, reply),
  )
  router.get<{ Params: { token: string } }>('/p/:token/statement.pdf', (request, reply) =>
    showStatementPdf(app, request, reply),
  )
  router.get<{ Params: { token: string; payment: string } }>('/p/:token/payments/:payment', (request, reply) =>
    showOutcome(app, request, reply, request.params),
  )
  router.get<Transferred>('/p/:token/transfers/:notice', (request, reply) =>
    showTransfer(app, request, reply, { token: request.params.token }, request.params.notice),
  )
  router.post<Transferred>('/p/:token/transfers/:notice', (request, reply) =>
    announceTransfer(app, request, reply, { token: request.params.token }, request.params.notice),
  )
  checkoutRoutes(router, app)
  router.all('/p/*', (request, reply) => sendPageNotFound(request, reply))
  for (const [url, mode] of [
    ['/m/:slug', 'live'],
    ['/m/:slug/test', 'test'],
  ] as const) {
    router.get<{ Params: { slug: string } }>(url, (request, reply) =>
      showGuestForm(app, request, reply, { slug: request.params.slug, mode }),
    )
    router.post<{ Params: { slug: string } }>(url, (request, reply) =>
      lookUpAsGuest(app, request, reply, { slug: request.params.slug, mode }),
    )
  }
  router.all('/m/*', (request, reply) => sendPageNotFound(request, reply))
}

type Transferred = { Params: { token: string; notice: string } }
type Coded = { Params: { code: string; payment: string; notice: string } }

function doorOf({ clientOf }: AppContext, kind: Door['kind'], request: FastifyRequest<Coded>): Door {
  return { kind, code: request.params.code, address: clientOf(request.raw).address }
}

/** The pages of payment requests and of payment sessions: one kit behind two doors. */
function checkoutRoutes(router: Router, app: AppContext): void {
  for (const [kind, url] of [
    ['request', '/r/:code'],
    ['session', '/checkout/:code'],
  ] as const) {
    router.get<Coded>(url, (request, reply) => showCheckout(app, request, reply, doorOf(app, kind, request)))
    router.post<Coded>(url, (request, reply) => payCheckout(app, request, reply, doorOf(app, kind, request)))
    router.get<Coded>(`${url}/payments/:payment`, (request, reply) =>
      showCheckoutOutcome(app, request, reply, doorOf(app, kind, request), request.params.payment),
    )
    router.get<Coded>(`${url}/transfers/:notice`, (request, reply) =>
      showTransfer(app, request, reply, doorOf(app, kind, request), request.params.notice),
    )
    router.post<Coded>(`${url}/transfers/:notice`, (request, reply) =>
      announceTransfer(app, request, reply, doorOf(app, kind, request), request.params.notice),
    )
  }
  for (const format of ['svg', 'png'] as const) {
    router.get<Coded>(`/r/:code/qr.${format}`, (request, reply) =>
      sendQr(app, reply, doorOf(app, 'request', request), format),
    )
  }
  for (const url of ['/r/*', '/checkout/*']) router.all(url, (request, reply) => sendPageNotFound(request, reply))
}

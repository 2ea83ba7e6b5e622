import type { Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { sendPageNotFound } from '../html/send.ts'
import { showAmountDue } from './amount-due.ts'
import { showCheckoutOutcome } from './checkout/outcome.ts'
import { payCheckout } from './checkout/pay.ts'
import { sendQr } from './checkout/qr.ts'
import { showCheckout } from './checkout/show.ts'
import { showHowToPay } from './how-to-pay.ts'
import { showOutcome } from './outcome.ts'
import { pay } from './pay.ts'
import { showReview } from './review.ts'

/** The hosted pages: what is owed, the review of a choice, the step to the processor, and the outcome of a payment. */
export function presentmentRoutes(router: Router, app: AppContext): void {
  router.get<{ Params: { token: string } }>('/p/:token', (request, reply) =>
    showAmountDue(app, request, reply, request.params.token),
  )
  router.post<{ Params: { token: string } }>('/p/:token', (request, reply) =>
    pay(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/review', (request, reply) =>
    showReview(app, request, reply, request.params.token),
  )
  router.get<{ Params: { token: string } }>('/p/:token/ways', (request, reply) =>
    showHowToPay(app, reply, request.params.token),
  )
  router.get<{ Params: { token: string; payment: string } }>('/p/:token/payments/:payment', (request, reply) =>
    showOutcome(app, request, reply, request.params),
  )
  checkoutRoutes(router, app)
  router.all('/p/*', (_request, reply) => sendPageNotFound(reply))
}

/** The pages of payment requests and of payment sessions: one kit behind two doors. */
function checkoutRoutes(router: Router, app: AppContext): void {
  for (const [kind, url] of [
    ['request', '/r/:code'],
    ['session', '/checkout/:code'],
  ] as const) {
    type Params = { Params: { code: string; payment: string } }
    const doorOf = ({ code }: { code: string }) => ({ kind, code })
    router.get<Params>(url, (request, reply) => showCheckout(app, request, reply, doorOf(request.params)))
    router.post<Params>(url, (request, reply) => payCheckout(app, request, reply, doorOf(request.params)))
    router.get<Params>(`${url}/payments/:payment`, (request, reply) =>
      showCheckoutOutcome(app, request, reply, doorOf(request.params), request.params.payment),
    )
  }
  router.get<{ Params: { code: string } }>('/r/:code/qr.svg', ({ params }, reply) => sendQr(app, reply, params, 'svg'))
  router.get<{ Params: { code: string } }>('/r/:code/qr.png', ({ params }, reply) => sendQr(app, reply, params, 'png'))
  for (const url of ['/r/*', '/checkout/*']) router.all(url, (_request, reply) => sendPageNotFound(reply))
}

import type { Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { sendPageNotFound } from '../html/send.ts'
import { showAmountDue } from './amount-due.ts'
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
  router.get<{ Params: { token: string; payment: string } }>('/p/:token/payments/:payment', (request, reply) =>
    showOutcome(app, request, reply, request.params),
  )
  router.all('/p/*', (request, reply) => sendPageNotFound(request, reply))
}

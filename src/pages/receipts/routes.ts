import type { Router } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { sendPageNotFound } from '../../html/send.ts'
import { requestSending } from './request-sending.ts'
import { sendPdf, showReceipt } from './show.ts'

type Params = { Params: { token: string } }

/** The pages of receipts. */
export function receiptRoutes(router: Router, app: AppContext): void {
  router.get<Params>('/receipts/:token', (request, reply) => showReceipt(app, request, reply, request.params.token))
  router.post<Params>('/receipts/:token', (request, reply) => requestSending(app, request, reply, request.params.token))
  router.get<Params>('/receipts/:token.pdf', (request, reply) => sendPdf(app, request, reply, request.params.token))
  router.all('/receipts/*', (request, reply) => sendPageNotFound(request, reply))
}

import { sendPageNotFound } from '../html/send.ts'
import type { App, Platform } from '../api/platform.ts'
import { showOutcome } from './outcome.ts'
import { showOwed } from './amount-due.ts'
import { pay } from './pay.ts'

/** The hosted pages: what is owed, the step to the processor, and how the payment stands. */
export function presentmentRoutes(app: App, platform: Platform): void {
  app.get<{ Params: { token: string } }>('/p/:token', (request, reply) =>
    showOwed(platform, request, reply, request.params.token),
  )
  app.post<{ Params: { token: string } }>('/p/:token', (request, reply) =>
    pay(platform, request, reply, request.params.token),
  )
  app.get<{ Params: { token: string; payment: string } }>('/p/:token/payments/:payment', (request, reply) =>
    showOutcome(platform, request, reply, request.params),
  )
  app.all('/p/*', (_request, reply) => sendPageNotFound(reply))
}

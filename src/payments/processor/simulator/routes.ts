import type { FastifyReply, Router } from '../../../api/fastify.ts'
import type { AppContext } from '../../../context.ts'
import { Problem } from '../../../core/problem.ts'
import { isOwnOrigin, readForm, sendForeign } from '../../../html/form.ts'
import { sendPage } from '../../../html/send.ts'
import { readCard, shownExpiry } from './cards.ts'
import { answerChallenge, chargeCard, findChargeByToken, isWithinTime, type SimulatorCharge } from './charge.ts'
import { cardPage, challengePage, expiredPage } from './pages.ts'

type Params = { Params: { token: string } }

/** The simulator's own pages: the card form, the challenge, and the way back. Its links cannot be guessed. */
export function simulatorRoutes(router: Router, app: AppContext): void {
  const { pool, vault, clock } = app
  const url = '/simulator/charges/:token'

  async function findOrThrow(token: string): Promise<SimulatorCharge> {
    const charge = await findChargeByToken(pool, vault, token)
    if (!charge) throw new Problem('not_found', 'There is no such charge.')
    return charge
  }

  router.get<Params>(url, async ({ params }, reply) => {
    const charge = await findOrThrow(params.token)
    return show(reply, charge, vault.decrypt(charge.return_url), clock.now())
  })

  router.post<Params>(url, async (request, reply) => {
    if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
    const charge = await findOrThrow(request.params.token)
    const form = readForm(request)
    const now = clock.now()
    const returnUrl = vault.decrypt(charge.return_url)
    if (!isWithinTime(charge, now)) return show(reply, charge, returnUrl, now)
    const decision = form.get('decision')
    if (decision === 'approve' || decision === 'refuse') {
      await answerChallenge(pool, charge, decision === 'approve', now)
    } else if (charge.status === 'open') {
      const input = {
        card_number: form.get('card_number') ?? '',
        expiry: form.get('expiry') ?? '',
        cvc: form.get('cvc') ?? '',
      }
      const card = readCard(input, now)
      if ('faults' in card) {
        return sendPage(reply, cardPage(charge, returnUrl, card.faults, shownExpiry(input.expiry)), { status: 422 })
      }
      await chargeCard(pool, charge, card, now)
    }
    const { status } = await findOrThrow(request.params.token)
    const here = `${app.publicUrl()}/simulator/charges/${request.params.token}`
    return reply.redirect(status === 'challenge' ? here : returnUrl, 303)
  })
}

/** The page of a charge in its current state; a decided charge redirects back. */
function show(reply: FastifyReply, charge: SimulatorCharge, returnUrl: string, now: Date): FastifyReply {
  const waits = charge.status === 'open' || charge.status === 'challenge'
  if (!waits) return reply.redirect(returnUrl, 303)
  if (!isWithinTime(charge, now)) return sendPage(reply, expiredPage(charge, returnUrl))
  return sendPage(reply, charge.status === 'open' ? cardPage(charge, returnUrl) : challengePage(charge))
}

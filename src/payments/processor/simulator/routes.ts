import type { FastifyReply, Router } from '../../../api/fastify.ts'
import { queryOf, readPairs } from '../../../api/url-encoded.ts'
import type { AppContext } from '../../../context.ts'
import { Problem } from '../../../core/problem.ts'
import { isOwnOrigin, readForm, sendForeign } from '../../../html/form.ts'
import { sendPage } from '../../../html/send.ts'
import { eftDetails, readBankChoice } from './banks.ts'
import { readCard, shownExpiry } from './cards.ts'
import { answerChallenge, findChargeByToken, isWithinTime, type SimulatorCharge, tryCharge } from './charge.ts'
import { bankListPage, bankPage } from './eft-pages.ts'
import { cardPage, challengePage, expiredPage } from './pages.ts'
import { assignPaycode } from './paycode.ts'
import { paycodePage } from './paycode-page.ts'

type Params = { Params: { token: string } }

/** A value that was sent, by its name. */
type Sent = (name: string) => string | undefined

/** The simulator's own pages: the ways to pay, the bank's questions, and the way back. Its links cannot be guessed. */
export function simulatorRoutes(router: Router, app: AppContext): void {
  const { pool, vault, clock } = app
  const url = '/simulator/charges/:token'

  async function findOrThrow(token: string): Promise<SimulatorCharge> {
    const charge = await findChargeByToken(pool, vault, token)
    if (!charge) throw new Problem('not_found', 'There is no such charge.')
    return charge
  }

  router.get<Params>(url, async (request, reply) => {
    const charge = await findOrThrow(request.params.token)
    const pairs = readPairs(queryOf(request.url), 'The query')
    const sent: Sent = (name) => pairs.find(([one]) => one === name)?.[1]
    return show(reply, charge, { returnUrl: vault.decrypt(charge.return_url), now: clock.now(), sent })
  })

  router.post<Params>(url, async (request, reply) => {
    if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
    const charge = await findOrThrow(request.params.token)
    const form = readForm(request)
    const returnUrl = vault.decrypt(charge.return_url)
    const now = clock.now()
    const sent: Sent = (name) => form.get(name) ?? undefined
    if (!isWithinTime(charge, now)) return show(reply, charge, { returnUrl, now, sent })
    const refused = await act(app, charge, { returnUrl, now, sent })
    if (refused) return sendPage(reply, refused, { status: 422 })
    const { status } = await findOrThrow(request.params.token)
    const here = `${app.publicUrl()}/simulator/charges/${request.params.token}`
    if (status === 'open' && sent('method') === 'paycode') return reply.redirect(`${here}?method=paycode`, 303)
    return reply.redirect(status === 'challenge' ? here : returnUrl, 303)
  })
}

type Asked = { returnUrl: string; now: Date; sent: Sent }

/** Does what a form of a page says. Returns the page again, where something in it is wrong. */
async function act({ pool }: Pick<AppContext, 'pool'>, charge: SimulatorCharge, { returnUrl, now, sent }: Asked) {
  const decision = sent('decision')
  const decides = decision === 'approve' || decision === 'refuse'
  if (charge.status === 'challenge') {
    if (decides) await answerChallenge(pool, charge, decision === 'approve', now)
    return undefined
  }
  if (charge.status !== 'open') return undefined
  // Only cards can be authorised and captured later.
  const method = charge.capture_method === null ? sent('method') : 'card'
  if (method === 'instant_eft') {
    const choice = readBankChoice(sent)
    if (!('bank' in choice) || !decides) return bankListPage(charge, returnUrl)
    const { bank, delay_s } = choice
    const refused = { kind: 'declined', decline_code: 'refused_by_payer' } as const
    const behaviour = decision === 'approve' ? bank.behaviour : refused
    await tryCharge(pool, charge, { details: eftDetails(bank), behaviour, delay_ms: delay_s * 1_000 }, now)
    return undefined
  }
  if (method === 'paycode') {
    const { paycode: code } = charge
    if (code === null) await assignPaycode(pool, charge)
    else if (sent('paycode') === 'pay') {
      const details = { type: 'paycode' as const, paycode: { code } }
      await tryCharge(pool, charge, { details, behaviour: { kind: 'succeeds' } }, now)
    }
    return undefined
  }
  const typed = {
    card_number: sent('card_number') ?? '',
    expiry: sent('expiry') ?? '',
    cvc: sent('cvc') ?? '',
  }
  const card = readCard(typed, now)
  if ('faults' in card) return cardPage(charge, returnUrl, card.faults, shownExpiry(typed.expiry))
  await tryCharge(pool, charge, card, now)
  return undefined
}

/** The page of a charge in its current state, for the way to pay that was chosen; a decided charge redirects back. */
function show(reply: FastifyReply, charge: SimulatorCharge, { returnUrl, now, sent }: Asked): FastifyReply {
  const waits = charge.status === 'open' || charge.status === 'challenge'
  if (!waits) return reply.redirect(returnUrl, 303)
  if (!isWithinTime(charge, now)) return sendPage(reply, expiredPage(charge, returnUrl))
  if (charge.status === 'challenge') return sendPage(reply, challengePage(charge))
  const method = charge.capture_method === null ? sent('method') : 'card'
  if (method === 'paycode') return sendPage(reply, paycodePage(charge, returnUrl))
  if (method !== 'instant_eft') return sendPage(reply, cardPage(charge, returnUrl))
  const choice = readBankChoice(sent)
  if ('bank' in choice) return sendPage(reply, bankPage(charge, choice))
  const { delay_fault } = choice
  return sendPage(reply, bankListPage(charge, returnUrl, delay_fault), {
    status: delay_fault === undefined ? 200 : 422,
  })
}

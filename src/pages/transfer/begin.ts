import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import { askedParameter } from '../../html/language/choose.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { ChosenAmount } from '../../ledger/allocation.ts'
import { noticeToShow } from '../../payments/notice/show.ts'
import { transferPath } from '../announced/path.ts'
import { withCarried } from '../carried.ts'
import { pageCause } from '../cause.ts'
import type { Owed } from '../owed.ts'

/** Leads a payer who wants to pay debts by bank transfer to the page of that transfer. `id` is that of the form. */
export async function beginTransfer(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { token: string; owed: Owed; voice: Voice; id: Id; chosen: ChosenAmount[]; currency: string; amount: bigint },
): Promise<FastifyReply> {
  const { token, owed, voice, id, chosen, currency, amount } = asked
  const { environment, customer_id, id: target_id } = owed.subject
  const listed = [...owed.debts, ...(owed.settled ? [owed.settled] : [])]
  const kinds = new Map(listed.map((debt) => [debt.id, debt.kind]))
  const kindOf = (one: Id) => required(kinds.get(one), 'what is chosen is listed')
  const wanted = {
    id,
    environment_id: environment.id,
    customer_id,
    target_id,
    checkout: null,
    chosen: chosen.map((one) => ({ ...one, kind: kindOf(one.receivable_id) })),
    currency,
    amount,
  }
  const notice = await noticeToShow(app, wanted, pageCause(request.id))
  return reply.redirect(withCarried(transferPath(`/p/${token}`, notice.id), askedParameter(voice)), 303)
}

import { readId } from '../../core/id/id.ts'
import type { App, FastifyReply, Platform } from '../../api/platform.ts'
import { pathOf, renderProblem } from '../../api/problems.ts'
import { claimOf, replay, sendAnswer, writeOnce } from '../../api/idempotency.ts'
import { type CreateCall, objectRoutes } from '../object/operations.ts'
import { accounts, answerObject } from '../object/resource.ts'
import { type AccountOrder, createAccountsTogether } from './create-together.ts'
import { type CreateAccount, createAccount, updateAccount } from './schema.ts'
import * as service from './service.ts'

/** Every operation on accounts. */
export function accountRoutes(app: App, platform: Platform): void {
  const together = createAccountsTogether(platform.pool)

  /** Accounts under customers that are named by their ids share transactions; a composite create has one of its own. */
  async function sendTogether(order: AccountOrder, call: CreateCall<CreateAccount>, reply: FastifyReply) {
    const outcome = await together.add(order)
    if (outcome.kind === 'answered') return sendAnswer(reply, outcome.answer)
    if (outcome.kind === 'key_lost' && order.claim) return replay(platform, reply, order.claim)
    return writeOnce(platform, call.request, reply, async (connection) => {
      const row = await service.createAccount(connection, call.context, call.body)
      return answerObject(accounts, { platform, context: call.context }, row, 201)
    })
  }

  objectRoutes(app, platform, accounts, {
    createBody: createAccount,
    create: (connection, { context }, body) => service.createAccount(connection, context, body),
    createTogether: (call, reply) => {
      const { body: input, context, request } = call
      const customer_id = typeof input.customer === 'string' ? readId('customer', input.customer) : undefined
      if (customer_id === undefined) return undefined
      const order: AccountOrder = {
        context,
        customer_id,
        input,
        claim: claimOf(request, context.now),
        render: (row) => answerObject(accounts, { platform, context }, row, 201),
        renderProblem: (problem) => renderProblem(problem, platform, pathOf(request)),
      }
      return sendTogether(order, call, reply)
    },
    updateBody: updateAccount,
    update: (connection, { context }, idOrReference, body, ifMatch) =>
      service.updateAccount(connection, context, idOrReference, body, ifMatch),
  })
}

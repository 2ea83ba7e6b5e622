import fc from 'fast-check'
import { always, call, command, index, ownerOf, pick } from './command.ts'
import { bills, withBalance } from './commands.ts'
import { type Classification, type Debt, type PlainLedger, today } from './plain-ledger.ts'

/** What a set-off must be answered with. Without an amount it is of all that can be. */
function canSetOff(from: Debt, to: Debt, sent: number | undefined): Classification & { amount: number } {
  const most = Math.min(Math.max(0, -from.balance), Math.max(0, to.balance))
  const amount = sent ?? most
  if (from.customer !== to.customer) return { status: 404, code: 'not_found', amount }
  if (from.archived || to.archived) return { status: 409, code: 'archived', amount }
  if (to.voided) return { status: 409, code: 'bill_voided', amount }
  if (from.currency !== to.currency) return { status: 422, code: 'currency_mismatch', amount }
  return most === 0 || amount > most
    ? { status: 422, code: 'amount_exceeds_remaining', amount }
    : { status: 201, amount }
}

/** Takes credit off a debt. Of a bill it counts as paid. */
function setOff(model: PlainLedger, from: Debt, to: Debt, amount: number): void {
  model.move(from, amount, today)
  model.move(to, -amount, today)
  if (to.kind === 'bill') to.byHand += amount
}

/** Sets a balance in credit, where there is one, off against a bill or a balance. */
export const applyCredit = fc
  .record({
    of: index,
    to: index,
    bill: fc.boolean(),
    amount: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  })
  .map((input) =>
    command(`set off ${JSON.stringify(input)}`, always, async (model, real) => {
      const balances = withBalance(model)
      const inCredit = balances.filter(({ balance }) => balance < 0)
      const from = pick(inCredit.length > 0 ? inCredit : balances, input.of)
      const to = pick(input.bill && bills(model).length > 0 ? bills(model) : balances, input.to)
      const { amount, ...expectation } = canSetOff(from, to, input.amount)
      const body = { from: ownerOf(from), to: ownerOf(to), amount: input.amount }
      const answer = await call(real, `/billing/customers/${from.customer}/credit_applications`, body, expectation)
      if (expectation.status !== 201) return
      if (answer.amount !== amount) throw new Error(`${answer.amount} was set off, and not ${amount}`)
      setOff(model, from, to, amount)
    }),
  )

import fc from 'fast-check'
import { expect } from 'vitest'
import {
  always,
  amounts,
  call,
  command,
  date,
  day,
  hasPayments,
  index,
  obligationsOf,
  ownerOf,
  pick,
  reference,
  taken,
  under,
} from './command.ts'
import { type Debt, type Money, type PlainLedger, today } from './plain-ledger.ts'

/** Money whose payer nobody knows. */
export const recordUnidentified = fc.record({ amount: amounts, on: day }).map((input) =>
  command(`record unidentified ${JSON.stringify(input)}`, always, async (model, real) => {
    const { amount } = input
    const sent = { unidentified: true, amount, currency: 'ZAR', ...reference(real), ...taken(input.on) }
    const body = await call(real, '/billing/payments', sent, { status: 201 })
    model.record({ ...body, amount, day: date(input.on) ?? today }, 'ZAR', [], [], [])
  }),
)

/** The new payment that money became, as it is applied at a debt or under it by default. */
function receive(model: PlainLedger, from: Money, debt: Debt, body: Received, amount: number): void {
  const lines = model.spread(amount, from.currency, 'due_date_first', under(model.debts, debt))
  const shown = body.explanation.applied.map((line) => [line.to, line.amount])
  expect(shown).toEqual(lines.map((line) => [line.debt.id, line.amount]))
  const money = { id: body.id, amount, reference: undefined, day: from.day, from }
  model.record(money, from.currency, lines, obligationsOf(body), [debt])
}
type Received = {
  id: string
  obligations: { id: string }[]
  explanation: { applied: { to: string; amount: number }[] }
}

export const assign = fc.record({ of: index, to: index }).map((input) =>
  command(`assign ${JSON.stringify(input)}`, hasPayments, async (model, real) => {
    const waiting = model.payments.filter(({ suspense }) => suspense > 0)
    const payment = pick(waiting.length > 0 ? waiting : model.payments, input.of)
    const debt = pick(model.debts, input.to)
    const expectation = payment.suspense > 0 ? { status: 201 } : { status: 409, code: 'payment_state' }
    const path = `/billing/payments/${payment.id}/assignments`
    const body = await call(real, path, { to: ownerOf(debt) }, expectation)
    if (expectation.status !== 201) return
    const amount = payment.suspense
    model.assign(payment)
    receive(model, payment, debt, body, amount)
  }),
)

export const transfer = fc.record({ of: index, to: index, amount: amounts, whole: fc.boolean() }).map((input) =>
  command(`transfer ${JSON.stringify(input)}`, hasPayments, async (model, real) => {
    const payment = pick(model.payments, input.of)
    const others = model.debts.filter(({ customer }) => customer !== payment.customer)
    const debt = pick(input.to % 8 === 0 ? model.debts : others, input.to)
    const amount = input.whole ? undefined : input.amount
    const expectation = model.canTransfer(payment, debt, amount)
    const sent = { to: ownerOf(debt), amount, reason: 'misposted' }
    const body = await call(real, `/billing/payments/${payment.id}/transfers`, sent, expectation)
    if (expectation.status !== 201) return
    const goes = amount ?? model.leftOf(payment)
    model.passOn(payment, goes)
    receive(model, payment, debt, body, goes)
  }),
)

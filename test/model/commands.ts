import fc from 'fast-check'
import { expect } from 'vitest'
import {
  always,
  amounts,
  type Command,
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
import { assign, recordUnidentified, transfer } from './desk-commands.ts'
import { type Money, type PlainLedger, today } from './plain-ledger.ts'

const withReference = (model: PlainLedger) => model.payments.filter(({ reference }) => reference !== undefined)
const hasReferences = (model: PlainLedger) => withReference(model).length > 0
const hasParts = (model: PlainLedger) => model.parts.length > 0
const hasBills = (model: PlainLedger) => model.debts.some(({ kind }) => kind === 'bill')
export const bills = (model: PlainLedger) => model.debts.filter(({ kind }) => kind === 'bill')
export const withBalance = (model: PlainLedger) => model.debts.filter(({ kind }) => kind !== 'bill')

const raiseBill = fc
  .record({ due: amounts, on: index, dueDay: day, billDay: fc.integer({ min: 1, max: 28 }) })
  .map((input) =>
    command(`raise bill ${JSON.stringify(input)}`, always, async (model, real) => {
      const dueDay = input.dueDay === undefined ? undefined : Math.max(input.dueDay, input.billDay)
      const debtor = pick(withBalance(model), input.on)
      const expectation = debtor.archived ? { status: 409, code: 'archived' } : { status: 201 }
      const body = await call(
        real,
        '/billing/bills',
        {
          ...ownerOf(debtor),
          external_reference: `${real.name}-${++real.serial}`,
          currency: 'ZAR',
          amount_due: input.due,
          bill_date: date(input.billDay),
          ...(dueDay !== undefined && { due_date: date(dueDay) }),
        },
        expectation,
      )
      if (expectation.status !== 201) return
      model.debts.push({
        id: body.id,
        kind: 'bill',
        customer: debtor.customer,
        account: debtor.kind === 'account' ? debtor.id : undefined,
        currency: 'ZAR',
        balance: input.due,
        amountDue: input.due,
        adjusted: 0,
        writtenOff: 0,
        byHand: 0,
        voided: false,
        archived: false,
        dueDate: date(dueDay),
        billDate: date(input.billDay),
        moves: [{ amount: input.due, day: date(input.billDay) ?? today }],
      })
    }),
  )

const payExplicit = fc
  .record({ amount: amounts, on: day, parts: fc.array(fc.tuple(index, amounts), { minLength: 1, maxLength: 3 }) })
  .map((input) =>
    command(`pay explicitly ${JSON.stringify(input)}`, always, async (model, real) => {
      const lines = input.parts.map(([at, amount]) => ({ debt: pick(model.debts, at), amount }))
      const once = lines.filter((line, at) => lines.findIndex(({ debt }) => debt === line.debt) === at)
      const expectation = model.explicit(input.amount, 'ZAR', once)
      const allocations = once.map(({ debt, amount }) => ({ ...ownerOf(debt), amount }))
      const body = await call(
        real,
        '/billing/payments',
        { amount: input.amount, currency: 'ZAR', ...reference(real), ...taken(input.on), allocations },
        expectation,
      )
      if (expectation.status !== 201) return
      const money = { ...body, amount: input.amount, day: date(input.on) ?? today }
      model.record(money, 'ZAR', once, obligationsOf(body), [])
    }),
  )

const policies = fc.constantFrom('due_date_first', 'oldest_first', 'proportional', 'in_order')

/** Under a policy nothing is refused. `in_order` and `proportional` go by age where the caller names no order: by id. */
const payByPolicy = fc.record({ amount: amounts, policy: policies, on: index, whole: fc.boolean(), day }).map((input) =>
  command(`pay by policy ${JSON.stringify(input)}`, always, async (model, real) => {
    const debt = pick(model.debts, input.on)
    const target = input.whole ? { customer: real.customer } : ownerOf(debt)
    const byId = model.debts.toSorted((one, other) =>
      (one.id.split('_')[1] as string) < (other.id.split('_')[1] as string) ? -1 : 1,
    )
    const candidates = input.whole ? byId.filter(({ customer }) => customer === real.customer) : under(byId, debt)
    const lines = model.spread(input.amount, 'ZAR', input.policy, candidates)
    const payment = { amount: input.amount, currency: 'ZAR', ...reference(real), ...target, policy: input.policy }
    const preview = await real.server.api('POST', '/billing/payments/preview', {
      ...payment,
      channel: undefined,
      reference: undefined,
    })
    const body = await call(real, '/billing/payments', { ...payment, ...taken(input.day) }, { status: 201 })
    const applied = body.explanation.applied.map(({ to, amount }: { to: string; amount: number }) => [to, amount])
    expect(applied).toEqual(lines.map((line) => [line.debt.id, line.amount]))
    expect(preview.body.applied.map(({ to, amount }: { to: string; amount: number }) => [to, amount])).toEqual(applied)
    const named = input.whole ? model.debts.filter(({ id }) => id === real.customer) : [debt]
    const money = { ...body, amount: input.amount, day: date(input.day) ?? today }
    model.record(money, 'ZAR', lines, obligationsOf(body), named)
  }),
)

const applyLater = fc.record({ of: index, to: index, amount: amounts }).map((input) =>
  command(`apply later ${JSON.stringify(input)}`, hasPayments, async (model, real) => {
    const payment = pick(model.payments, input.of)
    const debt = pick(model.debts, input.to)
    const expectation = model.canApply(payment, debt, input.amount)
    const body = await call(
      real,
      '/billing/obligations',
      { payment: payment.id, ...ownerOf(debt), amount: input.amount },
      expectation,
    )
    if (expectation.status === 201) model.apply(body.id, payment, debt, input.amount)
  }),
)

const unapply = fc.record({ of: index, amount: amounts }).map((input) =>
  command(`take back ${JSON.stringify(input)}`, hasParts, async (model, real) => {
    const part = pick(model.parts, input.of)
    const expectation = model.canTakeBack(part, input.amount)
    await call(
      real,
      `/billing/obligations/${part.id}/reversals`,
      { amount: input.amount, reason: 'mistake' },
      expectation,
    )
    if (expectation.status === 201) model.unapply(part, input.amount)
  }),
)

const move = fc.record({ of: index, to: index, amount: amounts }).map((input) =>
  command(`move ${JSON.stringify(input)}`, hasParts, async (model, real) => {
    const part = pick(model.parts, input.of)
    const debt = pick(model.debts, input.to)
    const possible = model.canTakeBack(part, input.amount)
    const expectation =
      possible.status !== 201
        ? possible
        : debt === part.debt
          ? { status: 422, code: 'invalid_allocation' }
          : (model.mayPay(part.payment, debt, input.amount) ?? possible)
    const body = await call(
      real,
      `/billing/obligations/${part.id}/moves`,
      { to: ownerOf(debt), amount: input.amount },
      expectation,
    )
    if (expectation.status !== 201) return
    model.unapply(part, input.amount)
    model.apply(body.id, part.payment, debt, input.amount)
  }),
)

const reversePayment = fc.record({ of: index, amount: amounts, whole: fc.boolean() }).map((input) =>
  command(`reverse payment ${JSON.stringify(input)}`, hasPayments, async (model, real) => {
    const payment: Money = pick(model.payments, input.of)
    const amount = input.whole ? undefined : input.amount
    const expectation = model.canReverse(payment, amount)
    await call(real, `/billing/payments/${payment.id}/reversals`, { amount, reason: 'bounced' }, expectation)
    if (expectation.status === 201) model.reverse(payment, amount ?? model.leftWherever(payment))
  }),
)

const refundPayment = fc.record({ of: index, amount: amounts, whole: fc.boolean() }).map((input) =>
  command(`refund payment ${JSON.stringify(input)}`, hasPayments, async (model, real) => {
    const payment: Money = pick(model.payments, input.of)
    const amount = input.whole ? model.leftOf(payment) : input.amount
    const expectation = model.canRefund(payment, amount)
    const sent = { ...reference(real), ...(input.whole ? {} : { amount }), reason: 'paid twice' }
    await call(real, `/billing/payments/${payment.id}/refunds`, sent, expectation)
    if (expectation.status === 201) model.refund(payment, amount)
  }),
)

const refundObligation = fc.record({ of: index, amount: amounts }).map((input) =>
  command(`refund obligation ${JSON.stringify(input)}`, hasParts, async (model, real) => {
    const part = pick(model.parts, input.of)
    const expectation = model.canRefundFrom(part, input.amount)
    const from = [{ obligation: part.id, amount: input.amount }]
    const sent = { ...reference(real), from, reason: 'paid twice' }
    await call(real, `/billing/payments/${part.payment.id}/refunds`, sent, expectation)
    if (expectation.status === 201) model.refundFrom(part, input.amount)
  }),
)

/** Presents a payment again, as if it had been returned. The new one goes to one debt by name. */
const replacePayment = fc.record({ of: index, to: index, amount: amounts }).map((input) =>
  command(`replace ${JSON.stringify(input)}`, hasReferences, async (model, real) => {
    const payment = pick(withReference(model), input.of)
    const lines = [{ debt: pick(model.debts, input.to), amount: input.amount }]
    const possible = model.canReplace(payment)
    const expectation = possible.status === 201 ? model.explicit(input.amount, 'ZAR', lines) : possible
    const body = await call(
      real,
      '/billing/payments',
      {
        amount: input.amount,
        currency: 'ZAR',
        channel: 'cash',
        reference: payment.reference,
        replaces: payment.id,
        allocations: lines.map(({ debt, amount }) => ({ ...ownerOf(debt), amount })),
        // A request that was sent before would return the payment that it made.
        metadata: { serial: String(++real.serial) },
      },
      expectation,
    )
    if (expectation.status !== 201) return
    payment.replaced = true
    model.record({ ...body, amount: input.amount, day: today }, 'ZAR', lines, obligationsOf(body), [])
  }),
)

const setBalance = fc
  .record({ of: index, balance: fc.oneof(fc.constant(0), fc.integer({ min: -500, max: 1_000 })) })
  .map((input) =>
    command(`set balance ${JSON.stringify(input)}`, always, async (model, real) => {
      const debt = pick(withBalance(model), input.of)
      const expectation = debt.archived ? { status: 409, code: 'archived' } : { status: 200 }
      await call(real, `/billing/${debt.kind}s/${debt.id}`, { balance: input.balance }, expectation, 'PATCH')
      if (expectation.status === 200) model.owe(debt, input.balance)
    }),
  )

const kinds = ['fee', 'credit_note', 'discount', 'write_off', 'adjustment'] as const
/** Which way each kind goes. */
const signed = (kind: (typeof kinds)[number], amount: number) =>
  kind === 'adjustment' ? amount : kind === 'fee' ? Math.abs(amount) : -Math.abs(amount)

const adjust = fc
  .record({
    of: index,
    bill: fc.boolean(),
    kind: fc.constantFrom(...kinds),
    amount: fc.integer({ min: -300, max: 300 }).filter((value) => value !== 0),
  })
  .map((input) =>
    command(`adjust ${JSON.stringify(input)}`, always, async (model, real) => {
      const debt = pick(input.bill && hasBills(model) ? bills(model) : withBalance(model), input.of)
      const amount = signed(input.kind, input.amount)
      const expectation = debt.archived
        ? { status: 409, code: 'archived' }
        : debt.voided
          ? { status: 409, code: 'bill_voided' }
          : debt.kind === 'bill' && debt.balance + amount < 0
            ? { status: 422, code: 'amount_exceeds_remaining' }
            : { status: 201 }
      const path = `/billing/${debt.kind}s/${debt.id}/adjustments`
      await call(real, path, { kind: input.kind, amount, reason: 'correction' }, expectation)
      if (expectation.status !== 201) return
      model.owe(debt, debt.balance + amount)
      if (input.kind === 'write_off') debt.writtenOff -= amount
      else debt.adjusted += amount
    }),
  )

const setAmountPaid = fc.record({ of: index, paid: amounts }).map((input) =>
  command(`set amount paid ${JSON.stringify(input)}`, hasBills, async (model, real) => {
    const bill = pick(bills(model), input.of)
    const applied = model.appliedTo(bill)
    const expectation = bill.archived
      ? { status: 409, code: 'archived' }
      : bill.voided
        ? { status: 409, code: 'bill_voided' }
        : input.paid > model.askedOf(bill)
          ? { status: 422, code: 'amount_exceeds_remaining' }
          : input.paid < applied
            ? { status: 409, code: 'amount_paid_below_applied' }
            : { status: 200 }
    await call(real, `/billing/bills/${bill.id}`, { amount_paid: input.paid }, expectation, 'PATCH')
    if (expectation.status !== 200) return
    bill.byHand = input.paid - applied
    model.owe(bill, model.askedOf(bill) - input.paid)
  }),
)

const voidBill = fc.record({ of: index }).map((input) =>
  command(`void ${JSON.stringify(input)}`, hasBills, async (model, real) => {
    const bill = pick(bills(model), input.of)
    const expectation = bill.archived
      ? { status: 409, code: 'archived' }
      : bill.voided
        ? { status: 409, code: 'bill_voided' }
        : model.paidOf(bill) > 0
          ? { status: 409, code: 'bill_has_payments' }
          : { status: 200 }
    await call(real, `/billing/bills/${bill.id}/void`, {}, expectation)
    if (expectation.status !== 200) return
    bill.voided = true
    model.move(bill, -bill.balance)
  }),
)

const archive = fc.record({ of: index }).map((input) =>
  command(`archive ${JSON.stringify(input)}`, always, async (model, real) => {
    const debt = pick(model.debts, input.of)
    const expectation = model.canArchive(debt)
    await call(real, `/billing/${debt.kind}s/${debt.id}/archive`, {}, expectation)
    if (expectation.status === 200) debt.archived = true
  }),
)

const unarchive = fc.record({ of: index }).map((input) =>
  command(`unarchive ${JSON.stringify(input)}`, always, async (model, real) => {
    const debt = pick(model.debts, input.of)
    const expectation = model.canUnarchive(debt)
    await call(real, `/billing/${debt.kind}s/${debt.id}/unarchive`, {}, expectation)
    if (expectation.status === 200) debt.archived = false
  }),
)

/** Changes what is said of an object and nothing of its money. */
const describeAnew = fc.record({ of: index, note: fc.constantFrom('a', 'b', null) }).map((input) =>
  command(`describe ${JSON.stringify(input)}`, always, async (model, real) => {
    const debt = pick(model.debts, input.of)
    const expectation = debt.archived
      ? { status: 409, code: 'archived' }
      : debt.voided
        ? { status: 409, code: 'bill_voided' }
        : { status: 200 }
    const named = debt.kind === 'bill' ? {} : { name: input.note && `called ${input.note}` }
    const body = { ...named, metadata: { note: input.note } }
    await call(real, `/billing/${debt.kind}s/${debt.id}`, body, expectation, 'PATCH')
  }),
)

/** Every operation that changes the books, weighted by how often it is drawn. */
export const operations: fc.Arbitrary<Command>[] = [
  raiseBill,
  payExplicit,
  payExplicit,
  payByPolicy,
  payByPolicy,
  applyLater,
  unapply,
  move,
  reversePayment,
  refundPayment,
  refundObligation,
  replacePayment,
  recordUnidentified,
  assign,
  transfer,
  transfer,
  setBalance,
  adjust,
  adjust,
  setAmountPaid,
  voidBill,
  archive,
  archive,
  unarchive,
  describeAnew,
]

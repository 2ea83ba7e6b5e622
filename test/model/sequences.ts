import fc from 'fast-check'
import { expect } from 'vitest'
import { bucketOf, parseId } from '../../src/core/id/id.ts'
import { wholeBody } from '../../src/events/personal.ts'
import type { TestServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { pick, type Real } from './command.ts'
import { operations } from './commands.ts'
import { applyCredit } from './credit-commands.ts'
import { PlainLedger, today } from './plain-ledger.ts'
import { ToldBook } from './told-book.ts'

let sequences = 0

async function begin(server: TestServer): Promise<{ model: PlainLedger; real: Real }> {
  const name = `m${++sequences}`
  const model = new PlainLedger()
  const create = async (path: string, body: object) => (await server.api('POST', path, body)).body
  const customer = await create('/billing/customers', { external_reference: name, currency: 'ZAR', balance: 300 })
  const other = await create('/billing/customers', { external_reference: `${name}o`, currency: 'ZAR', balance: 200 })
  const debt = (id: string, kind: 'customer' | 'account', currency: string, balance: number, owner = customer.id) =>
    model.debts.push({
      id,
      kind,
      customer: owner,
      account: kind === 'account' ? id : undefined,
      currency,
      balance,
      amountDue: 0,
      adjusted: 0,
      writtenOff: 0,
      byHand: 0,
      voided: false,
      archived: false,
      dueDate: undefined,
      billDate: undefined,
      moves: [{ amount: balance, day: today }],
    })
  debt(customer.id, 'customer', 'ZAR', 300)
  debt(other.id, 'customer', 'ZAR', 200, other.id)
  for (const [suffix, currency, balance] of [
    ['a', 'ZAR', 500],
    ['b', 'ZAR', -50],
    ['c', 'USD', 400],
  ] as const) {
    const body = { customer: customer.id, external_reference: `${name}${suffix}`, currency, balance }
    debt((await create('/billing/accounts', body)).id, 'account', currency, balance)
  }
  const theirs = { customer: other.id, external_reference: `${name}d`, currency: 'ZAR', balance: 250 }
  debt((await create('/billing/accounts', theirs)).id, 'account', 'ZAR', 250, other.id)
  return { model, real: { server, customer: customer.id, other: other.id, name, serial: 0 } }
}

/** The server's books say what the clerk's say: every balance, every payment, every obligation. */
async function compare(model: PlainLedger, { server }: Real): Promise<void> {
  for (const debt of model.debts) {
    const { body } = await server.api('GET', `/billing/${debt.kind}s/${debt.id}`)
    expect([debt.id, body.archived_at !== undefined]).toEqual([debt.id, debt.archived])
    if (debt.kind !== 'bill') expect([debt.id, body.balance]).toEqual([debt.id, debt.balance])
    else {
      expect(body).toMatchObject({
        id: debt.id,
        status: debt.voided ? 'voided' : debt.balance === 0 ? 'paid' : 'unpaid',
        amount_due: debt.amountDue,
        amount_adjusted: debt.adjusted,
        amount_paid: model.paidOf(debt),
        amount_written_off: debt.writtenOff,
        amount_remaining: debt.voided ? model.askedOf(debt) : debt.balance,
      })
      expect([debt.id, body.closed_by]).toEqual([debt.id, model.closedBy(debt)])
      const { amount_due, amount_adjusted, amount_paid, amount_written_off, amount_remaining } = body
      expect(amount_due + amount_adjusted).toBe(amount_paid + amount_written_off + amount_remaining)
    }
  }
  for (const bill of model.debts.filter(({ kind }) => kind === 'bill')) {
    const { body } = await server.api('GET', `/billing/bills/${bill.id}/statement?from=2026-03-01&to=2099-12-31`)
    const seen = new Map<string, number>()
    for (const { effective_at, balance } of body.movements) {
      const day = effective_at.slice(0, 10)
      seen.set(day < today ? day : today, balance)
    }
    const kept = [...seen.keys()].map((day) => [day, model.balanceOn(bill, day)])
    expect([bill.id, ...seen]).toEqual([bill.id, ...kept])
    expect(seen.size).toBe(new Set(bill.moves.map(({ day }) => day)).size)
    for (const balance of seen.values()) expect(balance).toBeGreaterThanOrEqual(0)
  }
  for (const payment of model.payments) {
    const { body } = await server.api('GET', `/billing/payments/${payment.id}`)
    const { unapplied, suspense, transferred, reversed, refunded } = payment
    const shownAmounts = [body.unapplied_amount, body.suspense_amount, body.transferred_amount]
    expect([payment.id, ...shownAmounts, body.reversed_amount, body.refunded_amount]).toEqual([
      payment.id,
      unapplied,
      suspense,
      transferred,
      reversed,
      refunded,
    ])
    expect(body.transferred_from).toBe(payment.from?.id)
    const parts = model.parts.filter((part) => part.payment === payment)
    const shown = body.obligations.map((one: { id: string; amount: number; amount_reversed: number }) => [
      one.id,
      one.amount,
      one.amount_reversed,
    ])
    expect(shown.sort()).toEqual(parts.map((part) => [part.id, part.amount, part.reversed]).sort())
  }
}

/** What was told of customers and all that belongs to them: events have their buckets, or that of a payment, as few others do. */
async function toldOf(server: TestServer, customers: string[], payments: string[]): Promise<ToldBook> {
  const ids = customers.map((one) => parseId('customer', one) ?? '')
  const all = [...ids, ...payments.map((one) => parseId('payment', one) ?? '')]
  const { rows } = await server.database.pool.query<{ body: string; personal: string | null }>(
    'select body, personal from event where bucket = any ($1::integer[]) and id > $2 order by random()',
    [[...new Set(all.map(bucketOf))], ids.sort()[0]],
  )
  return new ToldBook(rows.map((row) => JSON.parse(wholeBody(row))))
}

/** Somebody who saw the events of a customer, in any order, and nothing else has the same books as the server. */
async function compareTold(model: PlainLedger, { server, customer, other }: Real): Promise<void> {
  const book = await toldOf(
    server,
    [customer, other],
    model.payments.map(({ id }) => id),
  )
  for (const debt of model.debts) {
    const { body } = await server.api('GET', `/billing/${debt.kind}s/${debt.id}`)
    const { fields, version, archived, ...told } = debt.kind === 'bill' ? book.bill(debt.id) : book.object(debt.id)
    expect([debt.id, archived]).toEqual([debt.id, body.archived_at !== undefined])
    const { rows } = await server.database.pool.query(`select version from ${debt.kind} where id = $1`, [
      parseId(debt.kind, debt.id),
    ])
    expect([debt.id, BigInt(version)]).toEqual([debt.id, rows[0].version])
    for (const name of [
      'external_reference',
      'customer_id',
      'account_id',
      'name',
      'currency',
      'metadata',
      'due_date',
    ]) {
      expect([debt.id, name, fields[name]]).toEqual([debt.id, name, body[name]])
    }
    if ('amounts' in told) {
      expect(body).toMatchObject({ status: told.status, ...told.amounts })
      expect([debt.id, book.paid(debt.id)]).toEqual([debt.id, book.closedByMoney(debt.id)])
    } else expect([debt.id, told.balance]).toEqual([debt.id, body.balance])
  }
  for (const { id, customer: known } of model.payments) {
    const { body } = await server.api('GET', `/billing/payments/${id}`)
    const { unapplied_amount, reversed_amount, refunded_amount } = body
    expect(book.payment(id)).toEqual({
      // Of money of an unknown payer nothing is told but what went back.
      amount: known === undefined ? 0 : body.amount,
      unapplied: unapplied_amount,
      reversed: reversed_amount,
      refunded: refunded_amount,
    })
  }
}

/** Runs random sequences of 50 operations, each with customers of its own, on the servers by turns, and compares all books after each. */
export async function runSequences(
  servers: readonly TestServer[],
  { runs, seed }: { runs: number; seed: number },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...operations, applyCredit, applyCredit), { minLength: 50, maxLength: 50 }),
      async (commands) => {
        const { model, real } = await begin(pick(servers, sequences))
        for (const command of commands) if (command.check(model)) await command.run(model, real)
        await compare(model, real)
        await compareTold(model, real)
        tally('sequences of the model')
      },
    ),
    { numRuns: runs, seed, endOnFailure: false },
  )
}

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseId } from '../../src/core/id/id.ts'
import { goodCard, open, type PayerPage, statusOf, submit } from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting } from '../support/locks.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

type Kind = 'customer' | 'account' | 'bill'
type Made = { kind: Kind; id: string; presentment_url: string; external_reference: string }
const kinds = ['customer', 'account', 'bill'] as const
const pathOf = ({ kind, id }: Pick<Made, 'kind' | 'id'>) => `/billing/${kind}s/${id}`

async function ask(method: string, path: string, body?: object, status = 201) {
  const answer = await server.api(method, path, body)
  expect([path, answer.status, answer.body.code]).toEqual([path, status, undefined])
  return answer.body
}
const archive = (made: Made) => ask('POST', `${pathOf(made)}/archive`, undefined, 200)

let serial = 0
const payment = (amount: number) => ({ amount, currency: 'ZAR', channel: 'till', reference: `reopen-${++serial}` })

/** A customer, an account under it and a bill on that: each owes 100 where it is what a test is about, and else nothing. */
async function make(target: Kind, rules: object = {}): Promise<Record<Kind, Made>> {
  const name = `reopen-${++serial}`
  const balance = (kind: Kind) => ({ currency: 'ZAR', balance: kind === target ? 100 : 0, payment_rules: rules })
  const customer = await ask('POST', '/billing/customers', { external_reference: name, ...balance('customer') })
  const account = await ask('POST', '/billing/accounts', {
    customer: customer.id,
    external_reference: name,
    ...balance('account'),
  })
  const due = { external_reference: name, currency: 'ZAR', amount_due: 100 }
  const bill = await ask('POST', '/billing/bills', { account: account.id, ...due })
  if (target !== 'bill') await ask('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 100 }, 200)
  return {
    customer: { ...customer, kind: 'customer' },
    account: { ...account, kind: 'account' },
    bill: { ...bill, kind: 'bill' },
  }
}

const settle = (made: Made) => ask('POST', '/billing/payments', { ...payment(100), [made.kind]: made.id })

/** What was to come out of the archive has: it can be found and paid, it has moved, and who did it is known. */
async function expectOut(all: Made[], versions: Map<string, string>): Promise<void> {
  for (const made of all) {
    const { body, headers } = await server.api('GET', pathOf(made))
    expect([made.kind, body.archived_at, headers.get('etag') === versions.get(made.id)]).toEqual([
      made.kind,
      undefined,
      false,
    ])
    expect((await open(body.presentment_url)).status).toBe(200)
    const { rows } = await server.database.pool.query(
      "select actor, request_id from audit_entry where object_id = $1 and action = 'unarchived'",
      [parseId(made.kind, made.id)],
    )
    expect(rows).toEqual([{ actor: expect.stringMatching(/^(key|page):/), request_id: expect.any(String) }])
  }
}

type Case = { made: Record<Kind, Made>; target: Made; paid: { id: string; obligations: { id: string }[] } }

/** Each way in which something comes to be owed or held again, though all was settled. */
const operations: Record<string, { rules?: object; of?: Kind[]; run(one: Case): Promise<unknown> }> = {
  'a reversal of its payment': {
    run: ({ paid }) => ask('POST', `/billing/payments/${paid.id}/reversals`, { reason: 'bounced' }),
  },
  'a reversal of a part of its payment': {
    run: ({ paid }) => ask('POST', `/billing/payments/${paid.id}/reversals`, { amount: 1, reason: 'bounced' }),
  },
  'a reversal of its obligation': {
    run: ({ paid }) => ask('POST', `/billing/obligations/${paid.obligations[0]?.id}/reversals`, { reason: 'mistake' }),
  },
  'a move of its obligation to what takes more than is owed': {
    rules: { overpayment_allowed: true },
    of: ['bill', 'account'],
    run: ({ paid, made }) =>
      ask('POST', `/billing/obligations/${paid.obligations[0]?.id}/moves`, { to: { customer: made.customer.id } }),
  },
  'a recorded payment of which nothing is owed': {
    run: ({ target }) => ask('POST', '/billing/payments', { ...payment(7), [target.kind]: target.id }),
  },
  'a recorded payment by its reference': {
    run: ({ target }) => ask('POST', '/billing/payments', { ...payment(7), [target.kind]: target.external_reference }),
  },
  'a recorded payment that becomes credit': {
    rules: { overpayment_allowed: true },
    of: ['customer', 'account'],
    run: ({ target }) =>
      ask('POST', '/billing/payments', { ...payment(7), allocations: [{ [target.kind]: target.id, amount: 7 }] }),
  },
}

const levels = (kind: Kind) => kinds.slice(0, kinds.indexOf(kind) + 1)
const cases = Object.entries(operations).flatMap(([operation, { of = kinds }]) =>
  of.flatMap((kind) => levels(kind).map((highest) => ({ operation, kind, highest }))),
)

describe('what is owed or held again comes out of the archive with what it belongs to', () => {
  test.each(cases)('$operation: $kind, archived up to its $highest', async ({ operation, kind, highest }) => {
    const { rules, run } = operations[operation] as (typeof operations)[string]
    const made = await make(kind, rules)
    const target = made[kind]
    const paid = await settle(target)
    const archived = kinds.slice(kinds.indexOf(highest)).toReversed()
    const brought = levels(kind).filter((level) => archived.includes(level))
    for (const level of archived) await archive(made[level])
    const versions = new Map<string, string>()
    for (const level of archived) {
      versions.set(made[level].id, (await server.api('GET', pathOf(made[level]))).headers.get('etag') as string)
    }
    await run({ made, paid, target })
    await expectOut(
      brought.map((level) => made[level]),
      versions,
    )
    for (const level of levels(kind)) {
      expect((await server.api('GET', pathOf(made[level]))).body).not.toHaveProperty('archived_at')
    }
  })

  test.each([
    [
      'moved',
      (id: string, over: Case['paid']) =>
        ask('POST', `/billing/obligations/${over.obligations[0]?.id}/moves`, { to: { account: id } }),
    ],
    [
      'applied',
      (id: string, over: Case['paid']) =>
        ask('POST', '/billing/obligations', { payment: over.id, account: id, amount: 20 }),
    ],
  ] as const)('money that is %s to an account of which nothing is owed', async (how, run) => {
    const made = await make('account', { overpayment_allowed: true })
    await settle(made.account)
    const spare = {
      customer: made.customer.id,
      external_reference: `spare-${++serial}`,
      currency: 'ZAR',
      amount_due: 5,
    }
    const bill = await ask('POST', '/billing/bills', spare)
    const over = how === 'applied' ? { bill: bill.id } : { customer: made.customer.id }
    const held = await ask('POST', '/billing/payments', { ...payment(25), ...over })
    await archive(made.account)
    await run(made.account.id, held)
    await expectOut([made.account], new Map())
  })

  test.each([
    ['a fee', (id: string) => ask('POST', `/billing/bills/${id}/adjustments`, { kind: 'fee', amount: 9, reason: 'x' })],
    ['an amount paid that is set back', (id: string) => ask('PATCH', `/billing/bills/${id}`, { amount_paid: 40 }, 200)],
  ] as const)('%s of a bill whose account and customer are archived', async (_what, run) => {
    const made = await make('account')
    await settle(made.account)
    await archive(made.account)
    await archive(made.customer)
    await run(made.bill.id)
    await expectOut([made.account, made.customer], new Map())
    const unpaid = await server.api('GET', `/billing/bills?customer=${made.customer.id}&status=unpaid`)
    expect(unpaid.body.data.map(({ id }: { id: string }) => id)).toEqual([made.bill.id])
  })

  test.each(kinds)('a card that was charged after all, begun on the page of the %s', async (kind) => {
    const made = await make(kind)
    const cardPage = await submit((await open(made[kind].presentment_url)).forms[0])
    await settle(made[kind])
    for (const level of kinds.toReversed()) await archive(made[level])
    const outcome = await submit(cardPage.forms[0], goodCard)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    await expectOut(
      levels(kind).map((level) => made[level]),
      new Map(),
    )
  })

  test('a payment that finds something owed neither asks nor waits for whether anything is archived', async () => {
    const made = await make('account')
    const archiving = await server.database.owner.connect()
    await archiving.query('begin')
    await archiving.query('select from customer where external_reference = $1 for update', [
      made.customer.external_reference,
    ])
    await settle(made.account)
    await archiving.query('rollback')
    archiving.release()
  })
})

describe('archiving beside what reopens', () => {
  const rounds = Array.from({ length: 6 }, (_, round) => round)

  test.each(rounds)('a reversal, round %i: it is archived with nothing owed, or not at all', async () => {
    const made = await make('bill')
    const paid = await settle(made.bill)
    await archive(made.account)
    const [archived, reversed] = await Promise.all([
      server.api('POST', `${pathOf(made.customer)}/archive`),
      server.api('POST', `/billing/payments/${paid.id}/reversals`, { reason: 'bounced' }),
    ])
    expect([200, 409]).toContain(archived.status)
    expect(reversed.status).toBe(201)
    expect((await server.api('GET', pathOf(made.customer))).body).not.toHaveProperty('archived_at')
  })

  test.each(rounds)('money that is not owed, round %i: whoever holds it is not archived', async () => {
    const made = await make('account')
    await settle(made.account)
    await archive(made.account)
    const [archived, recorded] = await Promise.all([
      server.api('POST', `${pathOf(made.customer)}/archive`),
      server.api('POST', '/billing/payments', { ...payment(5), account: made.account.id }),
    ])
    expect([200, 409]).toContain(archived.status)
    expect(recorded.status).toBe(201)
    expect((await server.api('GET', pathOf(made.customer))).body).not.toHaveProperty('archived_at')
  })
})

describe('who archives while something comes to be owed or held', () => {
  test.each([
    [
      'a reversal',
      (_made: Made, paid: Case['paid']) => ask('POST', `/billing/payments/${paid.id}/reversals`, { reason: 'bounced' }),
    ],
    [
      'a payment that is not owed',
      (made: Made) => ask('POST', '/billing/payments', { ...payment(5), account: made.id }),
    ],
  ] as const)('is waited for by %s, which then brings out what was archived', async (_what, run) => {
    const made = await make('account')
    const paid = await settle(made.account)
    const archiving = await server.database.owner.connect()
    const named = [made.customer.external_reference]
    await archiving.query('begin')
    await archiving.query('select from customer where external_reference = $1 for update', named)
    const running = run(made.account, paid)
    await eventually(async () => (await countWaiting(server.database.owner)) > 0, 'it waits')
    await archiving.query('update customer set archived_at = now() where external_reference = $1', named)
    await archiving.query('commit')
    archiving.release()
    await running
    expect((await server.api('GET', pathOf(made.customer))).body).not.toHaveProperty('archived_at')
  })
})

describe('payments that are not decided yet', () => {
  const begin = async (made: Made): Promise<PayerPage> => submit((await open(made.presentment_url)).forms[0])
  const statuses = async (made: Made) => {
    const { rows } = await server.database.pool.query<{ status: string }>(
      'select status from payment where target_id = $1 order by id',
      [parseId(made.kind, made.id)],
    )
    return rows.map(({ status }) => status)
  }

  test.each(kinds)('keep the %s and what is above it from being archived while a bank decides them', async (kind) => {
    const made = await make(kind)
    await submit((await begin(made[kind])).forms[0], { ...goodCard, card_number: '4000 0000 0000 0093' })
    expect(await statuses(made[kind])).toEqual(['processing'])
    await settle(made[kind])
    for (const level of kinds.toReversed()) {
      const { status, body } = await server.api('POST', `${pathOf(made[level])}/archive`)
      const concerned = levels(kind).includes(level)
      expect([level, status, body.code]).toEqual([
        level,
        concerned ? 409 : 200,
        concerned ? expect.any(String) : undefined,
      ])
      if (level === kind) expect(body.code).toBe('payment_in_progress')
    }
  })

  test('keep a bill from being voided while a bank decides them', async () => {
    const { bill } = await make('bill')
    await submit((await begin(bill)).forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
    const refused = await server.api('POST', `${pathOf(bill)}/void`)
    expect([refused.status, refused.body.code]).toEqual([409, 'payment_in_progress'])
    expect(await statuses(bill)).toEqual(['processing'])
  })

  test('are cancelled when their bill is voided, and only then', async () => {
    const { bill } = await make('bill')
    await begin(bill)
    await ask('POST', '/billing/payments', { ...payment(10), bill: bill.id })
    expect((await server.api('POST', `${pathOf(bill)}/void`)).body.code).toBe('bill_has_payments')
    expect(await statuses(bill)).toEqual(['pending_action'])
    const { bill: other } = await make('bill')
    await begin(other)
    await ask('POST', `${pathOf(other)}/void`, undefined, 200)
    expect(await statuses(other)).toEqual(['cancelled'])
  })

  test.each(kinds)('are cancelled when the %s or what is above it is archived', async (kind) => {
    for (const highest of levels(kind)) {
      const made = await make(kind)
      await begin(made[kind])
      const stranger = await make(kind)
      await begin(stranger[kind])
      await settle(made[kind])
      if (highest === 'customer') await archive(made.account)
      await archive(made[highest])
      expect(await statuses(made[kind])).toEqual(['cancelled'])
      expect(await statuses(stranger[kind])).toEqual(['pending_action'])
    }
  })
})

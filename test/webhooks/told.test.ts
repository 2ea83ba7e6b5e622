import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { webhookReceiver } from '../support/receiver.ts'
import { of, step, toldFixture, typesOf, unique } from './told-fixture.ts'

// What a receiver of every event is told of each change, and nothing twice.

let fixture: Awaited<ReturnType<typeof toldFixture>>
beforeAll(async () => {
  fixture = await toldFixture()
})
beforeEach(() => fixture.told())
afterAll(() => fixture.stop())

const told = () => fixture.told()
const post: typeof fixture.post = (...sent) => fixture.post(...sent)
const get = (path: string) => fixture.get(path)
const patch = (path: string, body: object) => fixture.patch(path, body)
const makeCustomer: typeof fixture.makeCustomer = (more) => fixture.makeCustomer(more)
const makeBill: typeof fixture.makeBill = (customer, more) => fixture.makeBill(customer, more)
const pay: typeof fixture.pay = (amount, target) => fixture.pay(amount, target)

describe('an object', () => {
  test('is told by all that is done to it: fields, balance, archive, erasure', async () => {
    const { id } = await makeCustomer({ balance: 50, name: 'Ann', email: 'ann@example.com', phone: '+27123456789' })
    await patch(`/billing/customers/${id}`, { name: 'Anna', metadata: { floor: '3' } })
    await patch(`/billing/customers/${id}`, { balance: 80 })
    await post(`/billing/customers/${id}/adjustments`, { kind: 'fee', amount: 20, label: 'Late', reason: 'late' })
    await pay(100, { customer: id })
    await post(`/billing/customers/${id}/archive`, undefined, 200)
    await post(`/billing/customers/${id}/unarchive`, undefined, 200)
    const shown = await get(`/billing/customers/${id}`)
    const events = (await told()).filter(({ type }) => type.startsWith('customer.'))
    expect(events.map(({ type, data }) => [type, data.object_version, data.sequence, data.balance_after])).toEqual([
      ['customer.created', 1, 1, 50],
      ['customer.updated', 2, undefined, undefined],
      ['customer.updated', 3, 2, 80],
      ['customer.balance_adjusted', 3, 3, 100],
      ['customer.archived', 4, undefined, undefined],
      ['customer.unarchived', 5, undefined, undefined],
    ])
    const [created, renamed, set, adjusted, archived, unarchived] = events.map(({ data }) => data)
    expect(created).toMatchObject({ name: 'Ann', email: 'ann@example.com', phone: '+27123456789' })
    expect(created).toMatchObject(step(1, 0, 50, 'opening_balance'))
    expect(renamed).toMatchObject({ name: 'Anna', metadata: { floor: '3' }, balance: 50 })
    expect(set).toMatchObject(step(2, 50, 80, 'balance_set'))
    expect(adjusted).toMatchObject({
      ...step(3, 80, 100, 'fee'),
      adjustment: { id: expect.stringMatching(/^adj_/), kind: 'fee', amount: 20, label: 'Late', reason: 'late' },
    })
    expect(Object.keys(archived).sort()).toEqual(
      ['archived_at', 'external_reference', 'id', 'mode', 'object_version', 'updated_at'].sort(),
    )
    expect(unarchived).toEqual({
      id,
      external_reference: shown.external_reference,
      mode: 'test',
      updated_at: shown.updated_at,
      object_version: 5,
    })
    expect(JSON.stringify(events)).not.toContain('/p/')
  })

  test('that is created with what it belongs to is told with it, and one that was refused is not', async () => {
    const account = { external_reference: unique('account'), currency: 'ZAR', balance: 5 }
    const customer = { external_reference: unique('customer'), balance: 7, currency: 'ZAR' }
    const body = {
      external_reference: unique('bill'),
      currency: 'ZAR',
      amount_due: 9,
      account: { ...account, customer },
    }
    const bill = await post('/billing/bills', body)
    const events = await told()
    expect(typesOf(events)).toEqual(['account.created', 'bill.created', 'customer.created'])
    expect(of(events, 'customer.created')).toMatchObject([
      { id: bill.customer_id, ...step(1, 0, 7, 'opening_balance') },
    ])
    expect(of(events, 'account.created')).toMatchObject([
      { id: bill.account_id, customer_id: bill.customer_id, ...step(1, 0, 5, 'opening_balance') },
    ])
    expect(of(events, 'bill.created')).toMatchObject([{ id: bill.id, ...step(1, 0, 9, 'bill_raised') }])
    await post('/billing/bills', { ...body, account: { ...account, external_reference: unique('account') } }, 400)
    await post('/billing/bills', { ...body, account: bill.account_id }, 409)
    expect(await told()).toEqual([])
  })

  test('without a balance, or with one of nothing, is told without a step', async () => {
    const customer = await makeCustomer()
    const account = await post('/billing/accounts', {
      customer: customer.id,
      external_reference: unique('account'),
      currency: 'ZAR',
      balance: 0,
    })
    await patch(`/billing/accounts/${account.id}`, { balance: 4 })
    const events = await told()
    expect(events.map(({ type, data }) => [type, data.balance, data.sequence])).toEqual([
      ['customer.created', undefined, undefined],
      ['account.created', 0, undefined],
      ['account.updated', 4, 1],
    ])
  })

  test('that a write-off or a credit note brings to nothing is told by that alone', async () => {
    const account = await post('/billing/accounts', {
      customer: (await makeCustomer()).id,
      external_reference: unique('account'),
      currency: 'ZAR',
      balance: 10,
    })
    await told()
    await post(`/billing/accounts/${account.id}/adjustments`, { kind: 'write_off', amount: -10, reason: 'gone' })
    const events = await told()
    expect(typesOf(events)).toEqual(['account.balance_adjusted'])
    expect(events[0]?.data).toMatchObject(step(2, 10, 0, 'write_off'))
  })
})

describe('a bill', () => {
  type Act = (bill: { id: string }) => Promise<unknown>
  const adjust =
    (kind: string, amount: number): Act =>
    ({ id }) =>
      post(`/billing/bills/${id}/adjustments`, { kind, amount, reason: 'x' })
  const money =
    (amount: number): Act =>
    ({ id }) =>
      pay(amount, { bill: id })
  const byHand =
    (amount_paid: number): Act =>
    ({ id }) =>
      patch(`/billing/bills/${id}`, { amount_paid })

  test.each<[string, Act[], string[]]>([
    ['money', [money(400), money(600)], ['obligation.amount_applied', 'obligation.amount_applied', 'bill.paid']],
    ['an amount set by hand', [byHand(1000)], ['bill.updated', 'bill.paid']],
    ['a write-off', [adjust('write_off', -1000)], ['bill.written_off']],
    [
      'a write-off of the rest',
      [money(900), adjust('write_off', -100)],
      ['obligation.amount_applied', 'bill.written_off'],
    ],
    ['a credit note', [adjust('credit_note', -1000)], ['bill.balance_adjusted']],
    [
      'money after a discount',
      [adjust('discount', -100), money(900)],
      ['bill.balance_adjusted', 'obligation.amount_applied', 'bill.paid'],
    ],
    [
      'a credit note of the rest',
      [money(900), adjust('credit_note', -100)],
      ['obligation.amount_applied', 'bill.balance_adjusted'],
    ],
    [
      'a fee taken back, after money for the rest',
      [adjust('fee', 100), money(1000), adjust('adjustment', -100)],
      ['bill.balance_adjusted', 'obligation.amount_applied', 'bill.balance_adjusted'],
    ],
    [
      'money after a fee',
      [adjust('fee', 100), money(1100)],
      ['bill.balance_adjusted', 'obligation.amount_applied', 'bill.paid'],
    ],
    ['a void', [({ id }) => post(`/billing/bills/${id}/void`, undefined, 200)], ['bill.voided']],
  ])(
    'that is closed by %s: bill.paid when it was money that closed it, and each step once',
    async (_what, acts, expected) => {
      const bill = await makeBill(await makeCustomer(), { metadata: { order: '7' }, due_date: '2999-01-31' })
      await told()
      for (const act of acts) await act(bill)
      const shown = await get(`/billing/bills/${bill.id}`)
      const events = await told()
      expect(typesOf(events)).toEqual([...expected].sort())
      const steps = events.filter(({ data }) => data.sequence !== undefined).map(({ data }) => data)
      expect(steps.map(({ sequence }) => sequence)).toEqual(acts.map((_, at) => at + 2))
      expect(steps.at(-1).balance_after).toBe(0)
      const { presentment_url: _, ...whole } = shown
      for (const paid of of(events, 'bill.paid')) {
        const { object_version, ...data } = paid
        expect(data).toEqual(whole)
        expect(object_version).toBeGreaterThanOrEqual(1)
        expect(paid).not.toHaveProperty('sequence')
      }
    },
  )

  test('that is paid from money that was held is told as paid, and as open again by the reversal', async () => {
    const customer = await makeCustomer()
    const held = await pay(1000, { customer: customer.id })
    const bill = await makeBill(customer)
    await told()
    await post('/billing/obligations', { payment: held.id, bill: bill.id, amount: 1000 })
    expect(typesOf(await told())).toEqual(['bill.paid', 'obligation.amount_applied'])
    await post(`/billing/payments/${held.id}/reversals`, { reason: 'x' })
    const events = await told()
    expect(of(events, 'obligation.amount_reversed')).toMatchObject([step(3, 0, 1000, 'payment_reversal')])
    await pay(1000, { bill: bill.id })
    expect(typesOf(await told())).toEqual(['bill.paid', 'obligation.amount_applied'])
  })

  test('that nothing was owed on is voided without a step', async () => {
    const bill = await makeBill(await makeCustomer())
    await adjust('credit_note', -1000)(bill)
    await told()
    await post(`/billing/bills/${bill.id}/void`, undefined, 200)
    const events = await told()
    expect(events.map(({ type, data }) => [type, data.status, data.sequence])).toEqual([
      ['bill.voided', 'voided', undefined],
    ])
  })
})

describe('what is owed or held again', () => {
  test('tells that what it belongs to has left the archive: by a correction and by a new payment', async () => {
    const customer = await makeCustomer()
    const account = await post('/billing/accounts', { customer: customer.id, external_reference: unique('account') })
    const bill = await makeBill(customer, { customer: undefined, account: account.id })
    const payment = await pay(1000, { bill: bill.id })
    const archive = async () => {
      for (const path of [`bills/${bill.id}`, `accounts/${account.id}`, `customers/${customer.id}`]) {
        await post(`/billing/${path}/archive`, undefined, 200)
      }
    }
    await archive()
    await told()
    await post(`/billing/payments/${payment.id}/reversals`, { reason: 'x' })
    const events = await told()
    expect(typesOf(events)).toEqual([
      'account.unarchived',
      'bill.unarchived',
      'customer.unarchived',
      'obligation.amount_reversed',
      'payment.reversed',
    ])
    for (const [kind, object] of Object.entries({ bill, account, customer })) {
      const { updated_at } = await get(`/billing/${kind}s/${object.id}`)
      const { external_reference, id } = object
      expect(of(events, `${kind}.unarchived`)).toEqual([
        { id, external_reference, mode: 'test', updated_at, object_version: 3 },
      ])
    }
    await pay(1000, { bill: bill.id })
    await archive()
    await told()
    await pay(5, { bill: bill.id })
    expect(typesOf(await told())).toEqual([
      'account.unarchived',
      'bill.unarchived',
      'customer.unarchived',
      'payment.amount_unapplied',
    ])
  })
})

describe('an erasure', () => {
  test('is told, for all that belongs to the customer, and by nothing that was erased', async () => {
    const customer = await makeCustomer({ name: 'Thandi', metadata: { note: 'Thandi' } })
    const account = await post('/billing/accounts', {
      customer: customer.id,
      external_reference: unique('account'),
      name: "Thandi's line",
    })
    const bill = await makeBill(customer)
    await told()
    const erased = await post(`/billing/customers/${customer.id}/pseudonymise`, undefined, 200)
    const events = await told()
    expect(typesOf(events)).toEqual(['account.updated', 'bill.updated', 'customer.pseudonymised'])
    expect(of(events, 'customer.pseudonymised')).toMatchObject([
      { id: customer.id, external_reference: erased.external_reference, pseudonymised_at: erased.pseudonymised_at },
    ])
    for (const [kind, object] of Object.entries({ account, bill })) {
      const body = await get(`/billing/${kind}s/${object.id}`)
      const { presentment_url: _, ...whole } = body
      expect(of(events, `${kind}.updated`)).toEqual([{ ...whole, object_version: 2 }])
      expect(body.external_reference).toMatch(/^erased_/)
    }
    expect(JSON.stringify(events)).not.toContain('Thandi')
  })
})

test('an endpoint gets only the types that it takes', async () => {
  const only = await webhookReceiver()
  const endpoint = await post('/webhooks/endpoints', { url: only.url, event_types: ['bill.paid', 'customer.created'] })
  const bill = await makeBill(await makeCustomer())
  await pay(1000, { bill: bill.id })
  await told()
  const types = only.received.map(({ body }) => JSON.parse(body).type).sort()
  await fixture.server.api('DELETE', `/webhooks/endpoints/${endpoint.id}`)
  await only.close()
  expect(types).toEqual(['bill.paid', 'customer.created'])
})

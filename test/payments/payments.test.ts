import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`

async function makeCustomer(balance?: number) {
  const body = {
    external_reference: unique('C'),
    name: 'Thandi',
    ...(balance !== undefined && { currency: 'ZAR', balance }),
  }
  return (await server.api('POST', '/billing/customers', body)).body
}

async function makeAccount(customer: string, balance: number, more: object = {}) {
  const body = { customer, external_reference: unique('A'), currency: 'ZAR', balance, ...more }
  return (await server.api('POST', '/billing/accounts', body)).body
}

const cash = (more: object) => ({ amount: 500, currency: 'ZAR', channel: 'cash', reference: unique('R'), ...more })
const pay = (more: object, headers?: Record<string, string>) =>
  server.api('POST', '/billing/payments', cash(more), headers)
const balanceOf = async (id: string) => (await server.api('GET', `/billing/accounts/${id}`)).body.balance

describe('a recorded payment', () => {
  test('is applied to the account, and both payment resources show it', async () => {
    const account = await makeAccount((await makeCustomer()).id, 2000)
    const answer = await pay({ amount: 1500, account: account.id, metadata: { till: '7' } })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      status: 'succeeded',
      amount: 1500,
      applied_amount: 1500,
      unapplied_amount: 0,
      reversed_amount: 0,
      channel: 'cash',
      customer_id: account.customer_id,
      metadata: { till: '7' },
      mode: 'test',
      explanation: { policy: 'due_date_first', applied: [{ to: account.id, amount: 1500 }] },
      obligations: [{ amount: 1500, amount_reversed: 0, account_id: account.id }],
    })
    expect(await balanceOf(account.id)).toBe(500)
    const read = await server.api('GET', `/billing/payments/${answer.body.id}`)
    expect(read.body).toEqual({ ...answer.body, receipt_url: expect.stringContaining('/receipts/') })
    const collected = await server.api('GET', `/collect/payments/${answer.body.id}`)
    expect(collected.body).toMatchObject({ id: answer.body.id, status: 'succeeded', amount: 1500, paid_amount: 1500 })
    expect(collected.body).not.toHaveProperty('channel')
  })

  test('takes a reference in place of an id', async () => {
    const account = await makeAccount((await makeCustomer()).external_reference, 2000)
    expect((await pay({ account: account.external_reference })).body).toMatchObject({ applied_amount: 500 })
    expect(await balanceOf(account.id)).toBe(1500)
  })

  test('the same reference again with the same amount, currency and target is the first payment', async () => {
    const account = await makeAccount((await makeCustomer()).id, 2000)
    const body = cash({ account: account.id })
    const first = await server.api('POST', '/billing/payments', body)
    const again = await server.api('POST', '/billing/payments', body)
    const spelt = await server.api('POST', '/billing/payments', { ...body, account: account.external_reference })
    expect([first.status, again.status, spelt.status]).toEqual([201, 200, 200])
    expect(again.body.id).toBe(first.body.id)
    expect(spelt.body.id).toBe(first.body.id)
    expect(await balanceOf(account.id)).toBe(1500)
  })

  test('the same reference for another payment is a conflict', async () => {
    const account = await makeAccount((await makeCustomer()).id, 2000)
    const body = cash({ account: account.id })
    await server.api('POST', '/billing/payments', body)
    const other = await server.api('POST', '/billing/payments', { ...body, amount: 501 })
    expect([other.status, other.body.code]).toEqual([409, 'payment_reference_conflict'])
    expect(other.body.errors).toEqual([expect.objectContaining({ pointer: '/amount' })])
    const elsewhere = await server.api('POST', '/billing/payments', { ...body, channel: 'bank_transfer' })
    expect(elsewhere.status).toBe(201)
  })

  test('an idempotency key replays 201 with the same bytes', async () => {
    const account = await makeAccount((await makeCustomer()).id, 2000)
    const body = cash({ account: account.id })
    const key = { 'idempotency-key': unique('key') }
    const first = await server.api('POST', '/billing/payments', body, key)
    await pay({ account: account.id })
    const again = await server.api('POST', '/billing/payments', body, {
      'idempotency-key': `"${key['idempotency-key']}"`,
    })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.text).toBe(first.text)
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const reused = await server.api('POST', '/billing/payments', { ...body, reference: 'other' }, key)
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused'])
    expect(await balanceOf(account.id)).toBe(1000)
  })

  test('sixty-four equal requests at once have one effect', async () => {
    const account = await makeAccount((await makeCustomer()).id, 100_000)
    const body = cash({ account: account.id })
    const key = { 'idempotency-key': unique('key') }
    const keyed = await Promise.all(
      Array.from({ length: 64 }, () => server.api('POST', '/billing/payments', body, key)),
    )
    expect(new Set(keyed.map(({ text }) => text)).size).toBe(1)
    const plain = cash({ account: account.id })
    const bare = await Promise.all(Array.from({ length: 64 }, () => server.api('POST', '/billing/payments', plain)))
    expect(new Set(bare.map(({ body: { id } }) => id)).size).toBe(1)
    expect(bare.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(await balanceOf(account.id)).toBe(99_000)
  })

  test('what is too much for a policy stays unapplied', async () => {
    const account = await makeAccount((await makeCustomer()).id, 300)
    const { body } = await pay({ account: account.id })
    expect(body).toMatchObject({ applied_amount: 300, unapplied_amount: 200 })
    expect(await balanceOf(account.id)).toBe(0)
  })

  test('another currency stays unapplied in its own', async () => {
    const account = await makeAccount((await makeCustomer()).id, 300)
    const { status, body } = await pay({ account: account.id, currency: 'USD' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ currency: 'USD', applied_amount: 0, unapplied_amount: 500 })
    expect(body.explanation.skipped).toEqual([{ to: account.id, reason: 'currency_differs' }])
  })

  test('a customer without anything owed keeps the whole as unapplied', async () => {
    const customer = await makeCustomer()
    const { status, body } = await pay({ customer: customer.id })
    expect(status).toBe(201)
    expect(body).toMatchObject({ customer_id: customer.id, unapplied_amount: 500, obligations: [] })
  })

  test('a customer without a balance of its own: its accounts get the money, the oldest first', async () => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 300), await makeAccount(customer.id, 300)]
    const { body } = await pay({ customer: customer.id })
    expect(body.explanation.applied.map(({ to, amount }: { to: string; amount: number }) => [to, amount])).toEqual([
      [one.id, 300],
      [two.id, 200],
    ])
  })

  test('explicit allocations are made as written, and the rest stays unapplied', async () => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 300), await makeAccount(customer.id, 300)]
    const { status, body } = await pay({
      allocations: [
        { account: one.id, amount: 100 },
        { account: two.external_reference, amount: 250 },
      ],
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ applied_amount: 350, unapplied_amount: 150, explanation: { policy: 'explicit' } })
    expect([await balanceOf(one.id), await balanceOf(two.id)]).toEqual([200, 50])
  })

  test.each([
    ['proportional', [200, 100]],
    ['in_order', [0, 300]],
  ])('named receivables under %s', async (policy, applied) => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 600), await makeAccount(customer.id, 300)]
    const named = [two.id, one.id]
    const { body } = await pay({ amount: 300, policy, allocations: named.map((account) => ({ account })) })
    expect(body.applied_amount).toBe(300)
    expect([600 - (await balanceOf(one.id)), 300 - (await balanceOf(two.id))]).toEqual(applied)
  })
})

describe('explicit allocations that cannot be made are refused whole, and the reference stays free', () => {
  test.each<[string, (one: { id: string }, stranger: { id: string }) => object[], number, string, string]>([
    ['more than the payment', (one) => [{ account: one.id, amount: 501 }], 422, 'invalid_allocation', '/allocations'],
    [
      'more than is owed',
      (one) => [{ account: one.id, amount: 400 }],
      422,
      'amount_exceeds_remaining',
      '/allocations/0/account',
    ],
    [
      'another customer',
      (one, stranger) => [
        { account: one.id, amount: 100 },
        { account: stranger.id, amount: 100 },
      ],
      422,
      'customer_mismatch',
      '/allocations/1/account',
    ],
    [
      'named twice',
      (one) => [
        { account: one.id, amount: 100 },
        { account: one.id, amount: 100 },
      ],
      422,
      'invalid_allocation',
      '/allocations/1/account',
    ],
  ])('%s', async (_name, allocations, status, code, pointer) => {
    const one = await makeAccount((await makeCustomer()).id, 300)
    const stranger = await makeAccount((await makeCustomer()).id, 300)
    const body = cash({ allocations: allocations(one, stranger) })
    const refused = await server.api('POST', '/billing/payments', body)
    expect([refused.status, refused.body.code]).toEqual([status, code])
    expect(refused.body.errors).toEqual([expect.objectContaining({ pointer })])
    expect(await balanceOf(one.id)).toBe(300)
    const again = await server.api('POST', '/billing/payments', {
      ...body,
      allocations: [{ account: one.id, amount: 100 }],
    })
    expect(again.status).toBe(201)
  })

  test('another currency, and an account without a balance', async () => {
    const customer = await makeCustomer()
    const account = await makeAccount(customer.id, 300)
    const usd = await pay({ currency: 'USD', allocations: [{ account: account.id, amount: 100 }] })
    expect([usd.status, usd.body.code]).toEqual([422, 'currency_mismatch'])
    const { body: bare } = await server.api('POST', '/billing/accounts', {
      customer: customer.id,
      external_reference: unique('A'),
    })
    const none = await pay({ allocations: [{ account: bare.id, amount: 100 }] })
    expect([none.status, none.body.code]).toEqual([422, 'no_balance'])
  })

  test('a refusal decided with the locks is what the key replays', async () => {
    const account = await makeAccount((await makeCustomer()).id, 300)
    const body = cash({ allocations: [{ account: account.id, amount: 400 }] })
    const key = { 'idempotency-key': unique('key') }
    const first = await server.api('POST', '/billing/payments', body, key)
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 1000 })
    const again = await server.api('POST', '/billing/payments', body, key)
    expect([first.status, again.status]).toEqual([422, 422])
    expect(again.text).toBe(first.text)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })

  test('nothing of the kind: 404, and the key is not kept', async () => {
    const key = { 'idempotency-key': unique('key') }
    const first = await pay({ account: 'no-such' }, key)
    const id = await pay({ account: 'bacc_0000000000000000000000' }, key)
    expect([first.status, id.status]).toEqual([404, 404])
    expect((await pay({ account: (await makeAccount((await makeCustomer()).id, 300)).id }, key)).status).toBe(201)
  })
})

describe('preview', () => {
  test('says who would get what, and changes nothing', async () => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 300), await makeAccount(customer.id, 300)]
    const { status, body } = await server.api('POST', '/billing/payments/preview', {
      amount: 500,
      currency: 'ZAR',
      customer: customer.id,
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      policy: 'due_date_first',
      applied: [
        { to: one.id, amount: 300, balance_after: 0 },
        { to: two.id, amount: 200, balance_after: 100 },
      ],
      unapplied_amount: 0,
    })
    expect([await balanceOf(one.id), await balanceOf(two.id)]).toEqual([300, 300])
  })
})

describe('corrections', () => {
  test('unapplied money is applied later, taken back, and moved', async () => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 300), await makeAccount(customer.id, 300)]
    const payment = (await pay({ amount: 500, account: one.id })).body
    expect(payment.unapplied_amount).toBe(200)
    const made = await server.api('POST', '/billing/obligations', { payment: payment.id, account: two.id, amount: 150 })
    expect([made.status, made.body.amount, made.body.account_id]).toEqual([201, 150, two.id])
    const path = `/billing/obligations/${made.body.id}`
    const reversed = await server.api('POST', `${path}/reversals`, { amount: 50, reason: 'mistake' })
    expect([reversed.status, reversed.body.amount_reversed]).toEqual([201, 50])
    const first = payment.obligations[0].id
    const moved = await server.api('POST', `/billing/obligations/${first}/moves`, {
      to: { account: two.id },
      amount: 120,
    })
    expect([moved.status, moved.body.account_id, moved.body.amount]).toEqual([201, two.id, 120])
    expect([await balanceOf(one.id), await balanceOf(two.id)]).toEqual([120, 80])
    const read = (await server.api('GET', `/billing/payments/${payment.id}`)).body
    expect(read).toMatchObject({ applied_amount: 400, unapplied_amount: 100 })
    expect((await server.api('GET', path)).body).toMatchObject({ amount: 150, amount_reversed: 50 })
    const tooMuch = await server.api('POST', `${path}/reversals`, { amount: 101, reason: 'x' })
    expect([tooMuch.status, tooMuch.body.code]).toEqual([422, 'amount_exceeds_remaining'])
  })

  test('a payment is reversed: from unapplied first, then the newest application', async () => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 300), await makeAccount(customer.id, 300)]
    const payment = (await pay({ amount: 700, customer: customer.id })).body
    expect(payment).toMatchObject({ reversed: false, partially_reversed: false })
    const partly = await server.api('POST', `/billing/payments/${payment.id}/reversals`, {
      amount: 250,
      reason: 'bounced',
    })
    expect(partly.body).toMatchObject({ amount: 250, unapplied_amount: 100, reason: 'bounced' })
    expect([await balanceOf(one.id), await balanceOf(two.id)]).toEqual([0, 150])
    const half = (await server.api('GET', `/collect/payments/${payment.id}`)).body
    expect(half).toMatchObject({ status: 'succeeded', reversed: false, partially_reversed: true })
    const rest = await server.api('POST', `/billing/payments/${payment.id}/reversals`, { reason: 'bounced' })
    expect(rest.body.amount).toBe(450)
    expect([await balanceOf(one.id), await balanceOf(two.id)]).toEqual([300, 300])
    const read = (await server.api('GET', `/billing/payments/${payment.id}`)).body
    expect(read).toMatchObject({ status: 'succeeded', applied_amount: 0, unapplied_amount: 0, reversed_amount: 700 })
    expect(read).toMatchObject({ reversed: true, partially_reversed: false })
    const more = await server.api('POST', `/billing/payments/${payment.id}/reversals`, { reason: 'again' })
    expect([more.status, more.body.code]).toEqual([409, 'payment_state'])
  })
})

describe('lookups', () => {
  test('a reference tells the name, what is due, and the rules', async () => {
    const customer = await makeCustomer(700)
    const account = await makeAccount(customer.id, 300)
    const { body } = await server.api('GET', `/billing/lookups?reference=${account.external_reference}`)
    expect(body.data).toEqual([
      expect.objectContaining({
        kind: 'account',
        id: account.id,
        name: 'Thandi',
        amount_due: 300,
        pending_amount: 0,
        currency: 'ZAR',
        payment_rules: expect.objectContaining({ max_amount: 300, overpayment_allowed: false }),
      }),
    ])
    const all = await server.api('GET', `/billing/lookups?reference=${customer.external_reference}`)
    expect(all.body.data).toEqual([expect.objectContaining({ kind: 'customer', amount_due: 1000 })])
    expect((await server.api('GET', '/billing/lookups?reference=nothing')).body).toEqual({ data: [] })
  })
})

describe('lists', () => {
  test('payments, newest first, by cursor and by each filter', async () => {
    const customer = await makeCustomer()
    const account = await makeAccount(customer.id, 10_000)
    const made: string[] = []
    for (let count = 0; count < 5; count++) made.unshift((await pay({ account: account.id })).body.id)
    const usd = (await pay({ customer: customer.id, currency: 'USD', channel: 'bank', reference: 'list-1' })).body.id
    const list = async (query: string) => (await server.api('GET', `/billing/payments?${query}`)).body
    const ids = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id)
    const first = await list(`customer=${customer.id}&limit=4`)
    expect([ids(first), first.has_more]).toEqual([[usd, ...made.slice(0, 3)], true])
    await pay({ account: account.id })
    const rest = await list(`customer=${customer.id}&limit=4&cursor=${first.next_cursor}`)
    expect([ids(rest), rest.has_more]).toEqual([made.slice(3), false])
    expect(ids(await list(`customer=${customer.external_reference}&currency=USD`))).toEqual([usd])
    expect(ids(await list('channel=bank&reference=list-1'))).toEqual([usd])
    expect(ids(await list(`account=${account.external_reference}`))).toHaveLength(6)
    expect(ids(await list(`customer=${customer.id}&status=failed`))).toEqual([])
    expect(ids(await list('reference=list-1'))).toEqual([usd])
    expect((await list(`customer=${customer.id}&cursor=${first.next_cursor}x`)).code).toBe('invalid_cursor')
    expect((await list(`limit=4&cursor=${first.next_cursor}`)).code).toBe('invalid_cursor')
  })

  test('obligations of a payment, a customer and an account', async () => {
    const customer = await makeCustomer()
    const [one, two] = [await makeAccount(customer.id, 300), await makeAccount(customer.id, 300)]
    const payment = (await pay({ customer: customer.id })).body
    const list = async (query: string) =>
      (await server.api('GET', `/billing/obligations?${query}`)).body.data.map((row: { id: string }) => row.id)
    const all = payment.obligations
      .map(({ id }: { id: string }) => id)
      .sort()
      .reverse()
    expect(await list(`payment=${payment.id}`)).toEqual(all)
    expect(await list(`customer=${customer.id}`)).toEqual(all)
    expect(await list(`account=${one.id}`)).toHaveLength(1)
    expect(await list(`account=${two.external_reference}`)).toHaveLength(1)
    expect(await list('account=nothing')).toEqual([])
  })
})

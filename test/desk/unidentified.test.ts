import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'
import { makeNotice } from '../support/transfer-notice.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0

const post = (path: string, body: unknown, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const get = async (path: string) => (await server.api('GET', path)).body
const payment = (id: string) => get(`/billing/payments/${id}`)

const deposit = { unidentified: true, amount: 5_000, currency: 'ZAR', channel: 'bank_transfer' }

/** Records money of an unknown payer. */
async function unknown(more: object = {}) {
  const answer = await post('/billing/payments', { ...deposit, reference: `line-${++serial}`, ...more })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A customer with a bill of 3,000. */
async function household() {
  const name = `house-${++serial}`
  const customer = (await post('/billing/customers', { external_reference: name })).body
  const bill = { customer: name, external_reference: `${name}-bill`, currency: 'ZAR', amount_due: 3_000 }
  return { name, customer, bill: (await post('/billing/bills', bill)).body }
}

const assign = (id: string, to: object, more: object = {}, headers?: Record<string, string>) =>
  post(`/billing/payments/${id}/assignments`, { to, ...more }, headers)

const idsOf = async (query: string) =>
  (await get(`/billing/payments?${query}`)).data.map(({ id }: { id: string }) => id)

/** What the entries of an account come to, over all buckets. */
async function accountSum(account: string): Promise<number> {
  const { rows } = await server.database.pool.query<{ sum: string }>(
    'select coalesce(sum(amount), 0)::text as sum from ledger_entry where system_account = $1',
    [account],
  )
  return Number(rows[0]?.sum)
}

describe('money of an unknown payer', () => {
  test("lies in suspense: it is no customer's, pays nothing, and has no receipt", async () => {
    const before = await accountSum('suspense')
    const recorded = await unknown({ details: { text: 'CASH DEP 0042', payer_name: 'J DOE' } })
    expect(recorded).toMatchObject({
      status: 'succeeded',
      amount: 5_000,
      suspense_amount: 5_000,
      applied_amount: 0,
      unapplied_amount: 0,
      direct_amount: 0,
      transferred_amount: 0,
      details: { text: 'CASH DEP 0042', payer_name: 'J DOE' },
      explanation: { policy: 'unidentified', applied: [], skipped: [], unapplied_amount: 0 },
      obligations: [],
    })
    expect(recorded).not.toHaveProperty('customer_id')
    const { receipt_url, ...shown } = await payment(recorded.id)
    expect(shown).toEqual(recorded)
    expect(receipt_url).toBeUndefined()
    expect((await accountSum('suspense')) - before).toBe(-5_000)
  })

  test('is the same payment when it is sent again under its reference, and a conflict with anything else', async () => {
    const body = { ...deposit, reference: `line-${++serial}` }
    const first = await post('/billing/payments', body)
    const again = await post('/billing/payments', body)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual(first.body)
    const { name } = await household()
    const { unidentified: _, ...rest } = body
    const known = await post('/billing/payments', { ...rest, customer: name })
    expect(known.body).toMatchObject({
      status: 409,
      code: 'payment_reference_conflict',
      payment_id: first.body.id,
      errors: [{ pointer: '/customer' }],
    })
    const more = await post('/billing/payments', { ...body, amount: 5_001 })
    expect(more.body).toMatchObject({ code: 'payment_reference_conflict', errors: [{ pointer: '/amount' }] })
  })

  test('cannot be that of somebody: unidentified beside a target is refused, and nothing is written', async () => {
    const { name, bill } = await household()
    const targets = [
      { customer: name },
      { bill: bill.id },
      { policy: 'oldest_first' },
      { allocations: [{ bill: bill.id, amount: 1 }] },
    ]
    for (const target of targets) {
      const { status, body } = await post('/billing/payments', { ...deposit, reference: `line-${++serial}`, ...target })
      expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_request', '/unidentified'])
    }
    const no = await post('/billing/payments', { ...deposit, unidentified: false, reference: `line-${++serial}` })
    expect(no.body).toMatchObject({ status: 400, errors: [{ pointer: '/unidentified' }] })
    const { unidentified: _, ...neither } = { ...deposit, reference: `line-${++serial}` }
    expect((await post('/billing/payments', neither)).body).toMatchObject({ status: 400, code: 'invalid_request' })
    expect((await get(`/billing/payments?reference=line-${serial}`)).data).toEqual([])
  })

  test('goes back as it came: reversed by the bank, or refunded by hand', async () => {
    const returned = await unknown()
    const reversal = await post(`/billing/payments/${returned.id}/reversals`, { amount: 2_000, reason: 'Recalled' })
    expect(reversal.body).toMatchObject({ amount: 2_000, unapplied_amount: 0 })
    const out = { amount: 1_000, channel: 'cash', reference: `out-${++serial}`, reason: 'Handed back' }
    const refund = await post(`/billing/payments/${returned.id}/refunds`, out)
    expect(refund.body).toMatchObject({ amount: 1_000, suspense_amount: 1_000, unapplied_amount: 0, direct_amount: 0 })
    expect(await payment(returned.id)).toMatchObject({
      suspense_amount: 2_000,
      reversed_amount: 2_000,
      refunded_amount: 1_000,
    })
    await post(`/billing/payments/${returned.id}/reversals`, { reason: 'Recalled' })
    const { name } = await household()
    const { body } = await assign(returned.id, { customer: name })
    expect(body).toMatchObject({ status: 409, code: 'payment_state', detail: 'Nothing is left of the payment.' })
  })

  test('is not looked through for codes: whoever says that nobody knows has looked', async () => {
    const { name } = await household()
    const owed = { customer: name, external_reference: `${name}-a`, currency: 'ZAR', balance: 900 }
    const account = (await post('/billing/accounts', owed)).body
    const { code } = await makeNotice(server, account.id, 900n)
    const text = `DEP ${code}`
    expect(await unknown({ amount: 900, details: { text } })).toMatchObject({ suspense_amount: 900 })
    const { unidentified: _, ...neither } = {
      ...deposit,
      amount: 900,
      reference: `line-${++serial}`,
      details: { text },
    }
    const { status, body } = await post('/billing/payments', neither)
    expect([status, body.applied_amount, body.suspense_amount]).toEqual([201, 900, 0])
  })

  test('in a currency that is withdrawn is refused', async () => {
    const { body } = await post('/billing/payments', { ...deposit, currency: 'ANG', reference: `line-${++serial}` })
    expect(body).toMatchObject({ status: 422, code: 'currency_mismatch', errors: [{ pointer: '/currency' }] })
  })
})

describe('an assignment', () => {
  test('makes a new payment of the customer, which counts from when the money was received', async () => {
    const { name, customer, bill } = await household()
    const received_at = new Date(Date.now() - 60_000).toISOString()
    const first = await unknown({ received_at, metadata: { line: '17' } })
    const { status, body, text } = await assign(first.id, { customer: name })
    expect(status, text).toBe(201)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^pay_/),
      customer_id: customer.id,
      channel: 'transfer',
      transferred_from: first.id,
      amount: 5_000,
      applied_amount: 3_000,
      unapplied_amount: 2_000,
      received_at: first.received_at,
      metadata: { line: '17' },
      explanation: { policy: 'due_date_first', applied: [{ to: bill.id, amount: 3_000, rule: 'due_date_first' }] },
      obligations: [{ amount: 3_000, bill_id: bill.id }],
    })
    expect(body).not.toHaveProperty('reference')
    expect(body.id.slice(-4)).not.toBe(first.id.slice(-4))
    expect(await payment(body.id)).toMatchObject(body)
    expect(await payment(first.id)).toMatchObject({ suspense_amount: 0, transferred_amount: 5_000, amount: 5_000 })
    expect(await get(`/billing/bills/${bill.id}`)).toMatchObject({ status: 'paid', amount_paid: 3_000 })
    expect(await accountSum('transfers')).toBe(0)
    const { data } = await get(`/billing/bills/${bill.id}/entries`)
    expect(data.at(-1) ?? data[0]).toBeDefined()
    expect(data.map(({ kind }: { kind: string }) => kind)).toContain('payment')
    // It was sent again by the bank: still the first one.
    const again = await post('/billing/payments', {
      ...deposit,
      reference: first.reference,
      received_at,
      metadata: { line: '17' },
    })
    expect([again.status, again.body.id]).toEqual([200, first.id])
  })

  test('goes to an account or a bill too, by the policy that is named', async () => {
    const { name, bill } = await household()
    await post('/billing/accounts', { customer: name, external_reference: `${name}-a`, currency: 'ZAR', balance: 700 })
    const account = await assign((await unknown()).id, { account: `${name}-a` }, { policy: 'oldest_first' })
    expect(account.body).toMatchObject({ applied_amount: 700, explanation: { policy: 'oldest_first' } })
    const one = await assign((await unknown({ amount: 100 })).id, { bill: bill.external_reference })
    expect(one.body).toMatchObject({ applied_amount: 100, obligations: [{ bill_id: bill.id }] })
  })

  test('tells each step of a balance once: the obligation, and what stays unapplied', async () => {
    const { name } = await household()
    const { body } = await assign((await unknown()).id, { customer: name })
    const { rows } = await server.database.pool.query<{ type: string }>(
      `select type from event where body::text like '%' || $1 || '%' order by type`,
      [body.id],
    )
    expect(rows.map(({ type }) => type)).toEqual(['obligation.amount_applied', 'payment.amount_unapplied'])
  })

  test('of what was partly taken back gives what is left', async () => {
    const { name } = await household()
    const first = await unknown()
    await post(`/billing/payments/${first.id}/reversals`, { amount: 4_000, reason: 'Recalled' })
    expect((await assign(first.id, { customer: name })).body).toMatchObject({ amount: 1_000, applied_amount: 1_000 })
  })

  test('of money in another currency leaves it unapplied', async () => {
    const { name } = await household()
    const { body } = await assign((await unknown({ currency: 'USD' })).id, { customer: name })
    expect(body).toMatchObject({ currency: 'USD', applied_amount: 0, unapplied_amount: 5_000 })
  })

  test('is made once: of twenty at the same time one goes through', async () => {
    const first = await unknown()
    const houses = await Promise.all(Array.from({ length: 20 }, household))
    const answers = await Promise.all(houses.map(({ name }) => assign(first.id, { customer: name })))
    const made = answers.filter(({ status }) => status === 201)
    expect(made).toHaveLength(1)
    for (const { status, body } of answers) {
      if (status === 201) continue
      expect(body).toMatchObject({ status: 409, code: 'payment_state' })
      expect(body.detail).toContain(made[0]?.body.id)
    }
    expect(await payment(first.id)).toMatchObject({ transferred_amount: 5_000, suspense_amount: 0 })
  })

  test('is the same one for the same key', async () => {
    const { name } = await household()
    const first = await unknown()
    const headers = { 'Idempotency-Key': `assign-${serial}` }
    const made = await assign(first.id, { customer: name }, {}, headers)
    const again = await assign(first.id, { customer: name }, {}, headers)
    expect([made.status, again.status, again.text]).toEqual([201, 201, made.text])
  })

  test('names what is wrong: nobody, several, somebody who is not there, a payment whose payer is known', async () => {
    const { name, bill } = await household()
    const first = await unknown()
    const wrong: [object, number, string, string][] = [
      [{}, 400, 'invalid_request', '/to'],
      [{ customer: name, bill: bill.id }, 400, 'invalid_request', '/to'],
      [{ customer: 'nobody-here' }, 404, 'not_found', '/to/customer'],
      [{ account: 'nothing-here' }, 404, 'not_found', '/to/account'],
      [{ bill: 'no-bill' }, 404, 'not_found', '/to/bill'],
    ]
    for (const [to, status, code, pointer] of wrong) {
      const { body } = await assign(first.id, to)
      expect([body.status, body.code, body.errors[0].pointer]).toEqual([status, code, pointer])
    }
    expect((await assign('pay_0000000000000000000000', { customer: name })).body).toMatchObject({
      status: 404,
      errors: [{ parameter: 'payment' }],
    })
    const known = { amount: 10, currency: 'ZAR', channel: 'till', reference: `till-${++serial}`, customer: name }
    const theirs = (await post('/billing/payments', known)).body
    expect((await assign(theirs.id, { customer: name })).body).toMatchObject({ status: 409, code: 'payment_state' })
    expect(await payment(first.id)).toMatchObject({ suspense_amount: 5_000, transferred_amount: 0 })
  })

  test('is not reversed by itself: the bank takes back from the payment that it made', async () => {
    const { name } = await household()
    const first = await unknown()
    const made = (await assign(first.id, { customer: name })).body
    const { body } = await post(`/billing/payments/${made.id}/reversals`, { reason: 'Recalled' })
    expect(body).toMatchObject({ status: 409, code: 'payment_state', payment_id: first.id })
    const out = { amount: 500, channel: 'cash', reference: `out-${++serial}`, reason: 'Too much' }
    const refund = await post(`/billing/payments/${first.id}/refunds`, out)
    expect(refund.body).toMatchObject({ status: 409, code: 'payment_state' })
    expect(refund.body.detail).toContain('refund the payment that it became')
    expect((await post(`/billing/payments/${made.id}/refunds`, out)).body).toMatchObject({ unapplied_amount: 500 })
    const taken = await post(`/billing/payments/${first.id}/reversals`, { reason: 'Recalled' })
    expect(taken.body).toMatchObject({ amount: 4_500, transferred_amount: 4_500 })
  })

  test('brings its customer out of the archive', async () => {
    const name = `empty-${++serial}`
    const customer = (await post('/billing/customers', { external_reference: name })).body
    expect((await post(`/billing/customers/${customer.id}/archive`, undefined)).status).toBe(200)
    await assign((await unknown()).id, { customer: name })
    expect((await get(`/billing/customers/${customer.id}`)).archived_at ?? null).toBeNull()
  })

  test('is out of reach of the live keys, and so is the payment', async () => {
    const first = await unknown()
    const live = { authorization: `Bearer ${server.liveKey}` }
    const { body } = await assign(first.id, { customer: 'anybody' }, {}, live)
    expect(body).toMatchObject({ status: 404, code: 'not_found', errors: [{ parameter: 'payment' }] })
  })
})

describe('the work lists', () => {
  test('hold what is unidentified until it is assigned or gone, and what is unapplied until it is used', async () => {
    const { name, bill } = await household()
    const [first, second] = [await unknown(), await unknown()]
    const open = await idsOf('unidentified=true&limit=100')
    expect(open.slice(0, 2)).toEqual([second.id, first.id])
    expect((await idsOf('unidentified=true&order=oldest&limit=100')).toReversed()).toEqual(open)
    const made = (await assign(first.id, { customer: name })).body
    await post(`/billing/payments/${second.id}/reversals`, { reason: 'Recalled' })
    const left = await idsOf('unidentified=true&limit=100')
    expect(left).not.toContain(first.id)
    expect(left).not.toContain(second.id)
    expect(await idsOf(`unapplied=true&customer=${name}`)).toEqual([made.id])
    const [obligation] = made.obligations
    const more = { customer: name, external_reference: `${name}-2`, currency: 'ZAR', amount_due: 2_000 }
    const other = (await post('/billing/bills', more)).body
    const applied = await post('/billing/obligations', { payment: made.id, bill: other.id, amount: 2_000 })
    expect(applied.status, applied.text).toBe(201)
    expect(await idsOf(`unapplied=true&customer=${name}`)).toEqual([])
    await post(`/billing/obligations/${obligation.id}/reversals`, { amount: 10, reason: 'Not theirs' })
    expect(await idsOf(`unapplied=true&customer=${name}`)).toEqual([made.id])
    expect(bill.id).toBeDefined()
  })

  test('go on by their cursors in both orders', async () => {
    const channel = `list-${++serial}`
    const all = []
    for (let count = 0; count < 5; count++) all.push((await unknown({ channel })).id)
    for (const [order, expected] of [
      ['newest', all.toReversed()],
      ['oldest', all],
    ] as const) {
      const seen: string[] = []
      let cursor = ''
      for (let page = 0; page < 4 && (page === 0 || cursor); page++) {
        const query = `unidentified=true&channel=${channel}&order=${order}&limit=2`
        const { data, next_cursor = '' } = await get(`/billing/payments?${query}${cursor && `&cursor=${cursor}`}`)
        seen.push(...data.map(({ id }: { id: string }) => id))
        cursor = next_cursor
      }
      expect(seen).toEqual(expected)
    }
    const { body } = await server.api('GET', '/billing/payments?order=oldest')
    expect(body).toMatchObject({ status: 400, errors: [{ parameter: 'order', code: 'filter_alone' }] })
    expect((await server.api('GET', '/billing/payments?unidentified=yes')).status).toBe(400)
    expect(await idsOf('unidentified=true&unapplied=true')).toEqual([])
    const live = await server.api('GET', '/billing/payments?unidentified=true', undefined, {
      authorization: `Bearer ${server.liveKey}`,
    })
    expect(live.body.data).toEqual([])
  })
})

describe('a person', () => {
  test('gets what was recorded before the money was known to be theirs, and has it erased', async () => {
    const { name, customer } = await household()
    const first = await unknown({ details: { payer_name: 'Jane Doe' }, metadata: { note: 'Jane' } })
    await assign(first.id, { customer: name })
    const exported = await get(`/billing/customers/${customer.id}/export`)
    expect(exported.unidentified_payments).toMatchObject([{ id: first.id, details: { payer_name: 'Jane Doe' } }])
    expect(exported.payments).toMatchObject([{ transferred_from: first.id }])
    const erased = await post(`/billing/customers/${customer.id}/pseudonymise`, undefined)
    expect(erased.status, erased.text).toBe(200)
    const shown = await payment(first.id)
    expect(shown).not.toHaveProperty('details')
    expect(JSON.stringify(shown)).not.toContain('Jane')
    expect(shown).toMatchObject({ amount: 5_000, transferred_amount: 5_000 })
  })
})

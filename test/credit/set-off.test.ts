import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketOf, parseId } from '../../src/core/id/id.ts'
import { open, type PayerPage, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0
const post = (path: string, body: object, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const get = async (path: string) => (await server.api('GET', path)).body

async function made(path: string, body: object) {
  const answer = await post(path, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

/** A customer with an account in credit, an account that owes, and a bill of each. Amounts are in rands' cents unless told otherwise. */
async function household({ own = 0, credit = -500, owing = 300, bill = 400 } = {}) {
  const name = `house-${++serial}`
  const customer = await made('/billing/customers', { external_reference: name, currency: 'ZAR', balance: own })
  const account = (suffix: string, balance: number) =>
    made('/billing/accounts', { customer: name, external_reference: `${name}-${suffix}`, currency: 'ZAR', balance })
  return {
    name,
    customer,
    old: await account('old', credit),
    home: await account('home', owing),
    bill: await raise(name, { amount_due: bill }),
  }
}

const raise = (customer: string, more: object = {}) =>
  made('/billing/bills', {
    customer,
    external_reference: `bill-${++serial}`,
    currency: 'ZAR',
    amount_due: 400,
    ...more,
  })

const apply = (customer: string, from: object, to: object, more: object = {}, headers?: Record<string, string>) =>
  post(`/billing/customers/${customer}/credit_applications`, { from, to, ...more }, headers)

const balance = async (account: { id: string }) => (await get(`/billing/accounts/${account.id}`)).balance

/** What was told of an object, oldest first. */
async function toldOf({ id }: { id: string }) {
  const key = parseId(id.startsWith('bacc') ? 'account' : id.startsWith('bcus') ? 'customer' : 'bill', id) as string
  const { rows } = await server.database.pool.query<{ type: string; body: string }>(
    'select type, body from event where subject_id = $1 and bucket = $2 order by id',
    [key, bucketOf(key)],
  )
  return rows.map(({ type, body }) => ({ type, data: JSON.parse(body).data }))
}

const setting = async (credit: string) =>
  expect((await server.api('PATCH', '/settings', { credit })).body.credit).toBe(credit)

describe('credit beside a debt', () => {
  test('is set off against a bill in one transaction, and told on both sides', async () => {
    const { name, old, bill } = await household()
    const { status, body } = await apply(name, { account: old.external_reference }, { bill: bill.id })
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^adj_/),
        amount: 400,
        currency: 'ZAR',
        from: { account_id: old.id },
        to: { bill_id: bill.id },
        mode: 'test',
        created_at: expect.any(String),
      },
    ])
    expect(await balance(old)).toBe(-100)
    expect(await get(`/billing/bills/${bill.id}`)).toMatchObject({
      status: 'paid',
      closed_by: 'payment',
      amount_due: 400,
      amount_adjusted: 0,
      amount_paid: 400,
      amount_remaining: 0,
    })
    const ofBill = (await get(`/billing/bills/${bill.id}/entries?kind=credit`)).data
    const ofAccount = (await get(`/billing/accounts/${old.id}/entries?kind=credit`)).data
    expect([...ofBill, ...ofAccount]).toMatchObject([
      { kind: 'credit', amount: -400, balance_after: 0, source: body.id },
      { kind: 'credit', amount: 400, balance_after: -100, source: body.id },
    ])
    expect(ofBill[0].transaction).toBe(ofAccount[0].transaction)
    const adjustment = { id: body.id, kind: 'credit' }
    expect((await toldOf(old)).at(-1)).toMatchObject({
      type: 'account.balance_adjusted',
      data: { cause: 'credit', balance_before: -500, balance_after: -100, adjustment: { ...adjustment, amount: 400 } },
    })
    expect((await toldOf(bill)).slice(-2)).toMatchObject([
      {
        type: 'bill.balance_adjusted',
        data: {
          cause: 'credit',
          balance_before: 400,
          balance_after: 0,
          status: 'paid',
          amount_paid: 400,
          object_version: 2,
          adjustment: { ...adjustment, amount: -400 },
        },
      },
      { type: 'bill.paid', data: { closed_by: 'payment', amount_paid: 400, object_version: 2 } },
    ])
    const statement = await get(`/billing/customers/${name}/statement?scope=all&from=2020-01-01&to=2099-12-31`)
    const { movements, closing_balance } = statement.currencies[0]
    expect(closing_balance).toBe(200)
    expect(movements.filter(({ kind }: { kind: string }) => kind === 'credit')).toHaveLength(2)
  })

  test('goes wherever the customer owes: to accounts, to bills, to its own balance; and from its own balance', async () => {
    const { name, customer, old, home, bill } = await household({ own: 50, bill: 1_000 })
    expect((await apply(name, { account: old.id }, { customer: customer.id })).body).toMatchObject({
      amount: 50,
      to: { customer_id: customer.id },
    })
    expect((await apply(name, { account: old.id }, { account: home.id }, { amount: 200 })).body.amount).toBe(200)
    expect((await apply(customer.id, { account: old.id }, { bill: bill.id })).body.amount).toBe(250)
    expect([await balance(old), await balance(home)]).toEqual([0, 100])
    await server.api('PATCH', `/billing/customers/${name}`, { balance: -90 })
    expect((await apply(name, { customer: name }, { account: home.id })).body).toMatchObject({
      amount: 90,
      from: { customer_id: customer.id },
    })
    expect(await get(`/billing/bills/${bill.id}`)).toMatchObject({ partially_paid: true, amount_paid: 250 })
    expect((await toldOf(bill)).map(({ type }) => type)).toEqual(['bill.created', 'bill.balance_adjusted'])
  })

  test('is set off once however often a key is sent, and never beyond what there is when many ask at once', async () => {
    const { name, old, home } = await household({ credit: -100, owing: 1_000 })
    const key = { 'idempotency-key': `credit-${++serial}` }
    const sides = [{ account: old.id }, { account: home.id }] as const
    const [first, again] = [
      await apply(name, ...sides, { amount: 40 }, key),
      await apply(name, ...sides, { amount: 40 }, key),
    ]
    expect([again.status, again.text]).toEqual([201, first.text])
    expect(await balance(old)).toBe(-60)
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, at) => [
        apply(name, ...sides, { amount: 20 }),
        post('/billing/payments', {
          amount: 7,
          currency: 'ZAR',
          channel: 'till',
          reference: `${name}-${at}`,
          account: home.id,
        }),
      ]).flat(),
    )
    const taken = all.filter(({ body }) => body.id?.startsWith('adj_'))
    expect(taken).toHaveLength(3)
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201, 422]))
    expect([await balance(old), await balance(home)]).toEqual([0, 1_000 - 100 - 84])
  })

  test('is refused where it is not or nothing is owed, and nothing is written', async () => {
    const { name, customer, old, home, bill } = await household()
    const other = await household()
    const dollars = await made('/billing/accounts', {
      customer: name,
      external_reference: `${name}-usd`,
      currency: 'USD',
      balance: 10,
    })
    const untracked = await made('/billing/accounts', { customer: name, external_reference: `${name}-none` })
    const voided = await raise(name)
    await post(`/billing/bills/${voided.id}/void`, {})
    const from = { account: old.id }
    for (const [sides, status, code, pointer] of [
      [[from, { account: dollars.id }], 422, 'currency_mismatch', '/to/account'],
      [[{ account: home.id }, { bill: bill.id }], 422, 'amount_exceeds_remaining', '/from'],
      [[{ customer: name }, { bill: bill.id }], 422, 'amount_exceeds_remaining', '/from'],
      [[from, { customer: name }], 422, 'amount_exceeds_remaining', '/to'],
      [[from, from], 422, 'amount_exceeds_remaining', '/to'],
      [[from, { bill: bill.id }, { amount: 401 }], 422, 'amount_exceeds_remaining', '/amount'],
      [[from, { bill: voided.id }], 409, 'bill_voided', undefined],
      [[{ account: untracked.id }, { bill: bill.id }], 422, 'no_balance', '/from/account'],
      [[from, { account: untracked.id }], 422, 'no_balance', '/to/account'],
      [[{ account: other.old.id }, { bill: bill.id }], 404, 'not_found', '/from/account'],
      [[from, { bill: other.bill.id }], 404, 'not_found', '/to/bill'],
      [[from, { customer: other.name }], 404, 'not_found', '/to/customer'],
      [[{ account: 'nobody' }, { bill: bill.id }], 404, 'not_found', '/from/account'],
      [[{}, { bill: bill.id }], 400, 'invalid_request', '/from'],
      [[{ bill: bill.id }, { bill: bill.id }], 400, 'invalid_request', '/from/bill'],
      [[from, { account: home.id, bill: bill.id }], 400, 'invalid_request', '/to'],
      [[from, { bill: bill.id }, { amount: 0 }], 400, 'invalid_request', '/amount'],
      [[from, { bill: bill.id }, { reason: 'x' }], 400, 'invalid_request', undefined],
    ] as const) {
      const [source, target, more] = sides
      const answer = await apply(name, source, target, more)
      expect([sides, answer.status, answer.body.code]).toEqual([sides, status, code])
      if (pointer !== undefined) expect([sides, answer.body.errors[0].pointer]).toEqual([sides, pointer])
    }
    const settled = await made('/billing/accounts', {
      customer: name,
      external_reference: `${name}-done`,
      currency: 'ZAR',
      balance: 0,
    })
    await post(`/billing/accounts/${settled.id}/archive`, {})
    expect((await apply(name, from, { account: settled.id })).body).toMatchObject({ status: 409, code: 'archived' })
    expect((await apply('nobody', from, { bill: bill.id })).body).toMatchObject({ status: 404, code: 'not_found' })
    expect([await balance(old), await balance(home)]).toEqual([-500, 300])
    expect((await get(`/billing/customers/${customer.id}/entries?kind=credit`)).data).toEqual([])
  })

  test('that was set off wrongly is given back by hand, after which the bill can be voided', async () => {
    const { name, old, bill } = await household()
    await apply(name, { account: old.id }, { bill: bill.id })
    const refused = await post(`/billing/bills/${bill.id}/void`, {})
    expect(refused.body).toMatchObject({ status: 409, code: 'bill_has_payments' })
    const lower = await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 0 })
    expect(lower.body).toMatchObject({ status: 'unpaid', amount_paid: 0, amount_adjusted: 0, amount_remaining: 400 })
    await made(`/billing/accounts/${old.id}/adjustments`, { amount: -400, reason: 'Set off against the wrong bill' })
    expect(await balance(old)).toBe(-500)
    expect((await post(`/billing/bills/${bill.id}/void`, {})).body).toMatchObject({ status: 'voided', amount_paid: 0 })
    const { rows } = await server.database.pool.query(
      `select sum(amount)::integer as sum from ledger_entry where system_account in ('paid_by_hand', 'adjustments') and bucket = $1`,
      [bucketOf(parseId('bill', bill.id) as string)],
    )
    expect(rows).toEqual([{ sum: 0 }])
  })
})

describe('a new bill', () => {
  test('is not paid from credit unless the setting says so', async () => {
    expect((await get('/settings')).credit).toBe('manual')
    const { name, old } = await household()
    expect(await raise(name)).toMatchObject({ status: 'unpaid', amount_remaining: 400 })
    expect(await balance(old)).toBe(-500)
    const wrong = await server.api('PATCH', '/settings', { credit: 'always' })
    expect(wrong.body).toMatchObject({ status: 400, errors: [{ pointer: '/credit' }] })
  })

  test('is paid from the nearest credit: of its account, of the customer, of other accounts, the oldest first', async () => {
    await setting('on_new_bill')
    const { name, customer, old, home } = await household({ own: -30, credit: -20, owing: -10, bill: 1 })
    const dollars = { customer: name, external_reference: `${name}-usd`, currency: 'USD', balance: -900 }
    await made('/billing/accounts', dollars)
    expect([await balance(home), (await get(`/billing/customers/${name}`)).balance]).toEqual([-10, -29])
    const bill = await made('/billing/bills', {
      account: home.id,
      external_reference: `bill-${++serial}`,
      currency: 'ZAR',
      amount_due: 50,
      bill_date: '2026-01-31',
    })
    expect(bill).toMatchObject({ status: 'paid', closed_by: 'payment', amount_paid: 50 })
    expect([await balance(home), (await get(`/billing/customers/${name}`)).balance, await balance(old)]).toEqual([
      0, 0, -9,
    ])
    expect(await get(`/billing/bills/${bill.id}`)).toEqual(bill)
    const told = await toldOf(bill)
    expect(told.map(({ type, data }) => [type, data.sequence, data.object_version, data.balance_after])).toEqual([
      ['bill.created', 1, 1, 50],
      ['bill.balance_adjusted', 2, 2, 40],
      ['bill.balance_adjusted', 3, 3, 11],
      ['bill.balance_adjusted', 4, 4, 0],
      ['bill.paid', undefined, 4, undefined],
    ])
    expect((await toldOf(customer)).at(-1)).toMatchObject({
      type: 'customer.balance_adjusted',
      data: { balance_after: 0 },
    })
    const part = await raise(name)
    expect(part).toMatchObject({ status: 'unpaid', partially_paid: true, amount_paid: 9, amount_remaining: 391 })
    expect(await raise(name, { currency: 'USD' })).toMatchObject({ status: 'paid' })
    await setting('manual')
  })

  test('shares the credit with others that are raised at once, beside payments and changes of the customer', async () => {
    const { name, old, home } = await household({ own: -25, credit: -300, owing: -125, bill: 1 })
    await setting('on_new_bill')
    const bills = Array.from({ length: 10 }, (_, at) =>
      raise(at % 2 === 0 ? name : '', at % 2 === 0 ? {} : { customer: undefined, account: home.id }),
    )
    const beside = [1, 2, 3, 4].flatMap((at) => [
      server.api('PATCH', `/billing/customers/${name}`, { payment_rules: { overpayment_allowed: at % 2 === 0 } }),
      server.api('PATCH', `/billing/accounts/${old.id}`, { name: `Meter ${at}` }),
      post('/billing/payments', {
        amount: 10,
        currency: 'ZAR',
        channel: 'till',
        reference: `${name}-${at}`,
        customer: name,
      }),
    ])
    const others = await Promise.all(beside)
    expect(others.filter(({ status }) => status >= 300).map(({ text }) => text)).toEqual([])
    const ids = (await Promise.all(bills)).map(({ id }) => id)
    const shown = await Promise.all(ids.map((id) => get(`/billing/bills/${id}`)))
    const applied = (await get(`/billing/obligations?customer=${name}`)).data
    const money = applied.reduce((sum: number, { amount }: { amount: number }) => sum + amount, 0)
    const paid = shown.reduce((sum, { amount_paid }) => sum + amount_paid, 0)
    const first = await get(`/billing/bills/${(await get(`/billing/bills?customer=${name}`)).data.at(-1).id}`)
    expect([await balance(old), await balance(home)]).toEqual([0, 0])
    // A payment that found nothing owed may have become credit that no bill has taken.
    const left = -(await get(`/billing/customers/${name}`)).balance
    expect(paid + first.amount_paid + left - money).toBe(450)
    await setting('manual')
  })

  test('of a batch is paid from credit as a single one is, and a dry run takes none', async () => {
    await setting('on_new_bill')
    const { name, old } = await household({ bill: 100 })
    const rows = [1, 2, 3].map((at) => ({
      customer: name,
      external_reference: `${name}-row-${at}`,
      currency: 'ZAR',
      amount_due: 200,
    }))
    expect((await post('/billing/bills/batch?dry_run=true', { rows })).body).toMatchObject({ succeeded: 3 })
    expect(await balance(old)).toBe(-400)
    const key = { 'idempotency-key': `bills-${++serial}` }
    const answer = await post('/billing/bills/batch', { rows }, key)
    const shown = answer.body.data.map(({ body }: { body: { amount_paid: number } }) => body.amount_paid)
    expect(shown.sort()).toEqual([0, 200, 200])
    await post('/billing/bills/batch', { rows }, key)
    expect(await balance(old)).toBe(0)
    await setting('manual')
  })
})

describe('the page of a customer', () => {
  const formOf = (page: PayerPage) => page.forms.find(({ fields }) => 'credit' in fields)

  test('lets the payer use credit where the setting says so, once however often the form is sent', async () => {
    const { customer, old, home, bill } = await household({ credit: -500, owing: 300, bill: 400 })
    const page = () => open(customer.presentment_url)
    expect(formOf(await page())).toBeUndefined()
    await setting('on_new_bill')
    const shown = await page()
    expect(shown.text).toContain('Use R 5,00 of my credit')
    expect(shown.text).toContain('You have R 5,00 in credit')
    for (const other of [old, home, bill]) expect(formOf(await open(other.presentment_url))).toBeUndefined()
    const twice = await Promise.all([submit(formOf(shown)), submit(formOf(shown))])
    const again = await submit(formOf(shown))
    for (const { status, text } of [...twice, again]) {
      expect([status, text]).toEqual([200, expect.stringContaining('R 5,00 of your credit was used.')])
    }
    expect(again.text).toContain('You owe R 2,00')
    expect(formOf(again)).toBeUndefined()
    expect([await balance(old), await balance(home)]).toEqual([0, 200])
    expect(await get(`/billing/bills/${bill.id}`)).toMatchObject({ status: 'paid', amount_paid: 400 })
    const { data } = await get(`/billing/accounts/${old.id}/entries?kind=credit`)
    expect(data.map(({ amount, actor }: Entry) => [amount, actor])).toEqual([
      [100, { page: 'payment' }],
      [400, { page: 'payment' }],
    ])
    await setting('manual')
  })

  test('uses none where something has moved, the setting was changed, or the form is not ours', async () => {
    const { customer, old, home } = await household()
    await setting('on_new_bill')
    const shown = await open(customer.presentment_url)
    await made(`/billing/accounts/${home.id}/adjustments`, { amount: 1, reason: 'more' })
    await made(`/billing/accounts/${old.id}/adjustments`, { amount: 1, reason: 'less credit' })
    const moved = await submit(formOf(shown))
    expect([moved.status, moved.text]).toEqual([409, expect.stringContaining('none of your credit was used')])
    expect(moved.text).toContain('Use R 4,99 of my credit')
    for (const [field, value] of [
      ['sum', '1'],
      ['currency', 'USD'],
      ['credit', 'adj_0354dryrLHPHsVz8PQ4nbz'],
      ['guard', ''],
    ] as const) {
      expect((await submit(formOf(moved), { [field]: value })).status).toBe(403)
    }
    expect((await submit(formOf(moved), {}, { origin: 'https://elsewhere.example' })).status).toBe(403)
    await setting('manual')
    const off = await submit(formOf(moved))
    expect([off.status, off.text]).toEqual([409, expect.stringContaining('none of your credit was used')])
    expect(formOf(off)).toBeUndefined()
    expect(await balance(old)).toBe(-499)
  })
})

type Entry = { amount: number; actor: object }

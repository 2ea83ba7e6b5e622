import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatId, newId } from '../../src/core/id/id.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type TestServer, testServer } from '../support/server.ts'

type Ids = Record<'customer' | 'account' | 'bill' | 'payment' | 'obligation' | 'endpoint' | 'settlement', string>

let server: TestServer
let mine: Ids
let references: Pick<Ids, 'customer' | 'account' | 'bill'>
let strangers: [string, string][]
const nobody: Ids = {
  customer: formatId('customer', newId(1, 1)),
  account: formatId('account', newId(1, 1)),
  bill: formatId('bill', newId(1, 1)),
  payment: formatId('payment', newId(1, 1)),
  obligation: formatId('obligation', newId(1, 1)),
  endpoint: formatId('endpoint', newId(1, 1)),
  settlement: formatId('settlement', newId(1, 1)),
}
beforeAll(async () => {
  server = await testServer()
  const create = async (path: string, body: object) => (await server.api('POST', path, body)).body
  const bill = await create('/billing/bills', {
    account: {
      customer: { external_reference: 'isolated-c', currency: 'ZAR', balance: 500 },
      external_reference: 'isolated-a',
      currency: 'ZAR',
      balance: 500,
    },
    external_reference: 'isolated-b',
    currency: 'ZAR',
    amount_due: 500,
  })
  const payment = await create('/billing/payments', {
    amount: 700,
    currency: 'ZAR',
    channel: 'cash',
    reference: 'R',
    bill: bill.id,
  })
  await create('/billing/customers', { external_reference: 'pays-online', currency: 'ZAR', balance: 50 })
  await create('/test/payments', { customer: 'pays-online', amount: 50, outcome: 'succeeded' })
  const settled = (await server.api('POST', '/test/settlements')).body
  mine = {
    customer: bill.customer_id,
    account: bill.account_id,
    bill: bill.id,
    payment: payment.id,
    obligation: payment.obligations[0].id,
    endpoint: (await create('/webhooks/endpoints', { url: 'https://example.com/hook' })).id,
    settlement: settled.data[0].id,
  }
  references = { customer: 'isolated-c', account: 'isolated-a', bill: 'isolated-b' }
  const other = await createMerchant(server.app.pool, { name: 'Other', slug: 'other' }, new Date())
  strangers = [
    ['the same merchant’s live key', server.liveKey],
    ['another merchant’s test key', other.test],
    ['another merchant’s live key', other.live],
  ]
})
afterAll(() => server.stop())

type Probe = [string, string, ((ids: Ids) => object)?]

/** Every route that takes an id, in the path, the query or the body. */
const probes = (ids: Ids): Probe[] => {
  const pay = { amount: 5, currency: 'ZAR', channel: 'cash', reference: 'probe' }
  const objectProbes = (['customer', 'account', 'bill'] as const).flatMap((kind): Probe[] => {
    const url = `/billing/${kind}s/${ids[kind]}`
    return [
      ['GET', url],
      ['PATCH', url, () => ({ metadata: { a: 'b' } })],
      ['GET', `${url}/entries`],
      ['GET', `${url}/balance`],
      ['GET', `${url}/statement?from=2026-01-01&to=2026-01-31`],
      ['POST', `${url}/adjustments`, () => ({ amount: 5, reason: 'probe' })],
      ['POST', `${url}/archive`],
      ['POST', `${url}/unarchive`],
      ['POST', '/billing/payments', () => ({ ...pay, [kind]: ids[kind] })],
      ['POST', '/billing/payments', () => ({ ...pay, allocations: [{ [kind]: ids[kind], amount: 5 }] })],
      ['POST', '/billing/payments/preview', () => ({ amount: 5, currency: 'ZAR', [kind]: ids[kind] })],
      ['POST', '/billing/obligations', () => ({ payment: ids.payment, [kind]: ids[kind], amount: 5 })],
      ['GET', `/billing/obligations?${kind}=${ids[kind]}`],
      [
        'POST',
        `/billing/customers/${ids.customer}/credit_applications`,
        () => ({ from: { account: ids.account }, to: { [kind]: ids[kind] } }),
      ],
    ]
  })
  return [
    ...objectProbes,
    ['POST', `/billing/bills/${ids.bill}/void`],
    ['POST', '/billing/accounts', () => ({ customer: ids.customer, external_reference: 'probe' })],
    [
      'POST',
      '/billing/bills',
      () => ({ account: ids.account, external_reference: 'probe', currency: 'ZAR', amount_due: 5 }),
    ],
    ['GET', `/billing/customers/${ids.customer}/export`],
    ['POST', `/billing/customers/${ids.customer}/pseudonymise`],
    ['GET', `/billing/accounts?customer=${ids.customer}`],
    ['GET', `/billing/bills?account=${ids.account}`],
    ['GET', `/billing/payments?customer=${ids.customer}`],
    ['GET', `/billing/payments?account=${ids.account}`],
    ['GET', `/billing/payments/${ids.payment}`],
    ['GET', `/collect/payments/${ids.payment}`],
    ['POST', `/billing/payments/${ids.payment}/reversals`, () => ({ reason: 'probe' })],
    ['POST', `/billing/payments/${ids.payment}/transfers`, () => ({ to: { customer: ids.customer }, reason: 'probe' })],
    ['GET', `/billing/obligations/${ids.obligation}`],
    ['POST', `/billing/obligations/${ids.obligation}/reversals`, () => ({ reason: 'probe' })],
    ['POST', `/billing/obligations/${ids.obligation}/moves`, () => ({ to: { account: ids.account } })],
    ['GET', `/webhooks/endpoints/${ids.endpoint}`],
    ['PATCH', `/webhooks/endpoints/${ids.endpoint}`, () => ({ description: 'probe' })],
    ['POST', `/webhooks/endpoints/${ids.endpoint}/secret_rotations`, () => ({})],
    ['DELETE', `/webhooks/endpoints/${ids.endpoint}/previous_secret`],
    ['POST', `/webhooks/endpoints/${ids.endpoint}/test`, () => ({})],
    ['DELETE', `/webhooks/endpoints/${ids.endpoint}`],
    ['GET', `/billing/lookups?reference=${ids.customer}`],
    ...(['customer', 'account', 'bill', 'payment'] as const).map((kind): Probe => ['GET', `/search?q=${ids[kind]}`]),
    ['GET', `/collect/settlements/${ids.settlement}`],
    ['GET', `/collect/settlements/${ids.settlement}/lines`],
    ['GET', '/collect/settlements'],
  ]
}

async function answers(ids: Ids, key: string): Promise<string[]> {
  const seen: string[] = []
  for (const [method, path, body] of probes(ids)) {
    const answer = await server.api(method, path, body?.(ids), { authorization: `Bearer ${key}` })
    const text = Object.values(ids).reduce(
      (all, id) => all.replaceAll(id, 'ID'),
      `${method} ${path} ${answer.status} ${answer.text}`,
    )
    seen.push(text)
  }
  return seen
}

describe('another environment’s objects', () => {
  test('cannot be told from objects that do not exist, on any route', async () => {
    for (const [name, key] of strangers) {
      const [theirs, none] = [await answers(mine, key), await answers(nobody, key)]
      expect([name, theirs]).toEqual([name, none])
      expect(theirs.filter((line) => / (2\d\d) /.test(line) && !/"data":\[\]/.test(line))).toEqual([])
    }
  })

  test('cannot be told by their references either', async () => {
    const missing = { customer: 'nowhere-c', account: 'nowhere-a', bill: 'nowhere-b' }
    for (const [name, key] of strangers) {
      const [theirs, none] = [
        await answers({ ...nobody, ...references }, key),
        await answers({ ...nobody, ...missing }, key),
      ]
      expect([name, theirs]).toEqual([name, none])
    }
  })

  test('are as they were', async () => {
    const { body } = await server.api('GET', `/billing/bills/${mine.bill}`)
    expect(body).toMatchObject({ status: 'paid', amount_paid: 500 })
    expect((await server.api('GET', `/webhooks/endpoints/${mine.endpoint}`)).status).toBe(200)
    expect((await server.api('GET', '/billing/customers/isolated-c')).body).not.toHaveProperty('metadata')
  })
})

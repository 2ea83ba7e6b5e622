import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'

const start = new Date('2026-05-10T08:00:00Z')
const clock = settableClock(start)
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
  await seed()
})
afterAll(() => server.stop())

/**
 * Two customers with a balance each, two accounts of the first, and six bills: b1 to b4 on the first customer, b5 and b6 on its
 * account, an hour apart.
 */
async function seed(): Promise<void> {
  const post = async (path: string, body: object) => {
    clock.advance(1)
    const answer = await server.api('POST', path, body)
    expect([answer.status, answer.text]).toEqual([201, answer.text])
  }
  await post('/billing/customers', {
    external_reference: 'c1',
    currency: 'ZAR',
    balance: 500,
    metadata: { tier: 'gold' },
  })
  await post('/billing/customers', {
    external_reference: 'c2',
    currency: 'USD',
    balance: -20,
    metadata: { tier: 'tin' },
  })
  await post('/billing/customers', { external_reference: 'c3' })
  await post('/billing/accounts', { external_reference: 'a1', customer: 'c1', currency: 'ZAR', balance: 9 })
  await post('/billing/accounts', { external_reference: 'a2', customer: 'c2' })
  const bills = [
    { customer: 'c1', due_date: '2026-05-01', metadata: { batch: 'x', line: '1' } },
    { customer: 'c1', due_date: '2026-05-09', metadata: { batch: 'x', line: '2' } },
    { customer: 'c1', due_date: '2026-05-10' },
    { customer: 'c1', currency: 'USD' },
    { account: 'a1', due_date: '2026-06-30', amount_due: 9000 },
    { account: 'a1', due_date: '2026-05-02', amount_due: 7000 },
  ]
  for (const [index, bill] of bills.entries()) {
    clock.set(new Date(start.getTime() + (index + 1) * 3_600_000 - 1))
    await post('/billing/bills', { external_reference: `b${index + 1}`, currency: 'ZAR', amount_due: 100, ...bill })
  }
  await server.api('PATCH', '/billing/bills/b1', { amount_paid: 100 })
  await server.api('PATCH', '/billing/bills/b2', { amount_paid: 30 })
  await server.api('POST', '/billing/bills/b6/void')
}

async function list(path: string): Promise<string[]> {
  const answer = await server.api('GET', `/billing/${path}`)
  expect([answer.status, answer.text]).toEqual([200, answer.text])
  return answer.body.data.map((item: { external_reference: string }) => item.external_reference)
}

describe('filters', () => {
  test.each([
    ['bills', 'b6 b5 b4 b3 b2 b1'],
    ['bills?status=unpaid', 'b5 b4 b3 b2'],
    ['bills?status=paid', 'b1'],
    ['bills?status=voided', 'b6'],
    ['bills?customer=c1', 'b6 b5 b4 b3 b2 b1'],
    ['bills?customer=c2', ''],
    ['bills?customer=nobody', ''],
    ['bills?account=a1', 'b6 b5'],
    ['bills?account=a1&customer=c2', ''],
    ['bills?currency=USD', 'b4'],
    ['bills?currency=KES', ''],
    ['bills?overdue=true', 'b2'],
    ['bills?overdue=false', 'b6 b5 b4 b3 b1'],
    ['bills?due_from=2026-05-02&due_to=2026-05-10', 'b6 b3 b2'],
    ['bills?due_to=2026-05-01', 'b1'],
    ['bills?external_reference=b3', 'b3'],
    ['bills?external_reference=b99', ''],
    ['bills?metadata[batch]=x', 'b2 b1'],
    ['bills?metadata[batch]=x&metadata[line]=2', 'b2'],
    ['bills?metadata%5Bbatch%5D=x&status=paid', 'b1'],
    ['bills?created_from=2026-05-10T13:00:00Z', 'b6 b5'],
    ['bills?created_to=2026-05-10T10:00:00Z', 'b2 b1'],
    ['bills?created_from=2026-05-10T12:00:00%2B02:00&created_to=2026-05-10T10:00:00Z', 'b2'],
    ['bills?status=unpaid&balance_min=71', 'b5 b4 b3'],
    ['bills?customer=c1&balance_max=70', 'b6 b2 b1'],
    ['customers', 'c3 c2 c1'],
    ['customers?currency=USD', 'c2'],
    ['customers?metadata[tier]=gold', 'c1'],
    ['customers?currency=ZAR&balance_min=500&balance_max=500', 'c1'],
    ['customers?currency=USD&balance_min=0', ''],
    ['customers?external_reference=c2', 'c2'],
    ['accounts', 'a2 a1'],
    ['accounts?customer=c1', 'a1'],
    ['accounts?currency=ZAR', 'a1'],
  ])('%s gives %s', async (path, expected) => {
    expect((await list(path)).join(' ')).toBe(expected)
  })

  test('an item is what a single read gives', async () => {
    const { body } = await server.api('GET', '/billing/bills?external_reference=b2')
    expect(body).toEqual({ data: [(await server.api('GET', '/billing/bills/b2')).body], has_more: false })
  })

  test('what is archived is left out unless it is asked for', async () => {
    await server.api('POST', '/billing/bills/b1/archive')
    expect(await list('bills?metadata[batch]=x')).toEqual(['b2'])
    expect(await list('bills?archived=true')).toEqual(['b1'])
    expect(await list('bills?metadata[batch]=x&archived=all')).toEqual(['b2', 'b1'])
    await server.api('POST', '/billing/bills/b1/unarchive')
    expect(await list('bills?archived=true')).toEqual([])
  })

  test.each([
    ['bills?foo=1', 'foo'],
    ['bills?limit=0', 'limit'],
    ['bills?limit=101', 'limit'],
    ['bills?limit=ten', 'limit'],
    ['bills?status=open', 'status'],
    ['bills?status=paid&status=unpaid', 'status'],
    ['bills?currency=zar', 'currency'],
    ['bills?due_from=2026-02-30', 'due_from'],
    ['bills?due_from=0000-01-01', 'due_from'],
    ['bills?created_from=yesterday', 'created_from'],
    ['bills?overdue=1', 'overdue'],
    ['bills?external_reference=a%20b', 'external_reference'],
    ['bills?balance_min=1', 'balance_min'],
    ['bills?balance_max=1&archived=all&limit=5', 'balance_max'],
    ['bills?status=paid&balance_min=1.5', 'balance_min'],
    ['bills?status=paid&balance_min=', 'balance_min'],
    ['bills?metadata=x', 'metadata'],
    ['bills?metadata[a]=x&metadata[a]=y', 'metadata[a]'],
    ['bills?metadata[a]=%00', 'metadata[a]'],
    ['customers?status=paid', 'status'],
    ['customers?customer=c1', 'customer'],
    ['accounts?due_to=2026-01-01', 'due_to'],
    ['bills?__proto__=1', '__proto__'],
    ['bills?limit=0x10', 'limit'],
    ['bills?limit=1e1', 'limit'],
    ['bills?limit=%205', 'limit'],
    ['bills?limit=+5', 'limit'],
    ['bills?limit=05', 'limit'],
    ['bills?status=paid&balance_min=-0', 'balance_min'],
    ['bills?metadata[__proto__]=x', 'metadata[__proto__]'],
    ['bills?metadata[a%5Bb]=x', 'metadata[a[b]'],
    ['bills?metadata[a]=x&metadata=y', 'metadata'],
  ])('%s is refused by the name %s', async (path, parameter) => {
    const answer = await server.api('GET', `/billing/${path}`)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
    expect(answer.body.errors[0].parameter).toBe(parameter)
  })
})

describe('pages', () => {
  async function walk(path: string, between: () => Promise<unknown> = async () => {}): Promise<string[][]> {
    const pages: string[][] = []
    let cursor = ''
    do {
      const { body } = await server.api('GET', `/billing/${path}${cursor && `&cursor=${cursor}`}`)
      pages.push(body.data.map((item: { external_reference: string }) => item.external_reference))
      expect(body.has_more).toBe(body.next_cursor !== undefined)
      cursor = body.next_cursor ?? ''
      await between()
    } while (cursor)
    return pages
  }

  test('every object is on one page, also while others are added', async () => {
    let added = 0
    const add = () => {
      clock.advance(1)
      const bill = { external_reference: `late-${++added}`, customer: 'c3', currency: 'ZAR', amount_due: 1 }
      return server.api('POST', '/billing/bills', bill)
    }
    expect(await walk('bills?limit=4', add)).toEqual([
      ['b6', 'b5', 'b4', 'b3'],
      ['b2', 'b1'],
    ])
    expect(await walk('bills?limit=2&customer=c3')).toEqual([['late-2', 'late-1']])
  })

  test('a cursor belongs to its list and filters', async () => {
    const { body } = await server.api('GET', '/billing/bills?limit=1&customer=c1')
    const cursor: string = body.next_cursor
    const spoilt = cursor.slice(0, -1) + (cursor.endsWith('A') ? 'B' : 'A')
    for (const path of [
      `bills?limit=1&cursor=${cursor}`,
      `accounts?limit=1&customer=c1&cursor=${cursor}`,
      `bills?limit=1&customer=c1&cursor=${spoilt}`,
      'bills?cursor=x',
    ]) {
      const refused = await server.api('GET', `/billing/${path}`)
      expect([path, refused.status, refused.body.code]).toEqual([path, 400, 'invalid_cursor'])
    }
    expect((await server.api('GET', `/billing/bills?limit=3&customer=c1&cursor=${cursor}`)).status).toBe(200)
    const live = await server.api('GET', `/billing/bills?limit=1&customer=c1&cursor=${cursor}`, undefined, {
      authorization: `Bearer ${server.liveKey}`,
    })
    expect(live.body.code).toBe('invalid_cursor')
  })

  test('another environment sees nothing', async () => {
    for (const kind of ['customers', 'accounts', 'bills']) {
      const { body } = await server.api('GET', `/billing/${kind}?archived=all`, undefined, {
        authorization: `Bearer ${server.liveKey}`,
      })
      expect(body).toEqual({ data: [], has_more: false })
    }
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'

const start = new Date('2026-05-10T08:00:00.000Z')
const clock = settableClock(start)
const minuteMs = 60_000
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

async function call(method: string, path: string, body?: unknown, status = method === 'POST' ? 201 : 200) {
  clock.advance(minuteMs)
  const answer = await server.api(method, `/billing/${path}`, body)
  expect([answer.status, answer.text]).toEqual([status, answer.text])
  return answer.body
}

let made = 0
const reference = (kind: string) => `${kind}-${++made}`

/** A customer with a balance, an account and a bill of it, each made a minute after the one before. */
async function makeDebts() {
  const customer = await call('POST', 'customers', {
    external_reference: reference('customer'),
    currency: 'ZAR',
    balance: 500,
  })
  const common = { customer: customer.id, currency: 'ZAR' }
  const account = await call('POST', 'accounts', { ...common, external_reference: reference('account'), balance: 500 })
  const bill = await call('POST', 'bills', { ...common, external_reference: reference('bill'), amount_due: 500 })
  return { customer, account, bill }
}

const pay = (target: object, amount: number) =>
  call('POST', 'payments', { amount, currency: 'ZAR', channel: 'till', reference: reference('payment'), ...target })

/** Does something, and says whose `updated_at` moved to then. */
async function movedBy(
  debts: Awaited<ReturnType<typeof makeDebts>>,
  work: () => Promise<{ updated_at?: string }>,
): Promise<string[]> {
  const shown = await work()
  const at = clock.now().toISOString()
  clock.advance(minuteMs)
  const moved: string[] = []
  for (const [kind, { id }] of Object.entries(debts)) {
    if ((await call('GET', `${kind}s/${id}`)).updated_at === at) moved.push(kind)
  }
  if (shown.updated_at !== undefined) expect(shown.updated_at).toBe(at)
  return moved
}

describe('updated_at moves with every change that is stored', () => {
  test('with money, on what it moved, and with nothing else', async () => {
    const debts = await makeDebts()
    const { customer, account, bill } = debts
    expect(bill.updated_at).toBe(bill.created_at)
    expect(await movedBy(debts, () => pay({ bill: bill.id }, 100))).toEqual(['bill'])
    const payment = await pay({ customer: customer.id }, 600)
    expect(await movedBy(debts, () => pay({ customer: customer.id }, 700))).toEqual(['account', 'bill'])
    const [obligation] = payment.obligations
    const back = () => call('POST', `obligations/${obligation.id}/reversals`, { reason: 'x', amount: 10 })
    expect(await movedBy(debts, back)).toHaveLength(1)
    const reversal = () => call('POST', `payments/${payment.id}/reversals`, { reason: 'x' })
    expect((await movedBy(debts, reversal)).length).toBeGreaterThan(0)
    const adjusted = () => call('POST', `accounts/${account.id}/adjustments`, { amount: 5, reason: 'x' })
    expect(await movedBy(debts, adjusted)).toEqual(['account'])
    expect(await movedBy(debts, () => call('PATCH', `bills/${bill.id}`, { metadata: { a: 'b' } }))).toEqual(['bill'])
    expect(await movedBy(debts, () => call('PATCH', `customers/${customer.id}`, { balance: 7 }))).toEqual(['customer'])
  })

  test('not with what follows from the clock', async () => {
    const { customer } = await makeDebts()
    const bill = { customer: customer.id, external_reference: reference('bill'), currency: 'ZAR', amount_due: 5 }
    const { id, updated_at } = await call('POST', 'bills', {
      ...bill,
      due_date: clock.now().toISOString().slice(0, 10),
    })
    clock.advance(2 * 86_400_000)
    expect(await call('GET', `bills/${id}`)).toMatchObject({ overdue: true, updated_at })
  })
})

describe('a list by change', () => {
  const list = async (path: string): Promise<string[]> =>
    (await call('GET', path)).data.map(({ id }: { id: string }) => id)

  test('holds what was changed since, by money or by hand, newest made first, page by page', async () => {
    const [one, other] = [await makeDebts(), await makeDebts()]
    clock.advance(minuteMs)
    const since = clock.now().toISOString()
    expect(await list(`customers?updated_from=${since}`)).toEqual([])
    await pay({ bill: one.bill.id }, 10)
    await pay({ bill: other.bill.id }, 10)
    await call('PATCH', `customers/${one.customer.id}`, { name: 'Someone' })
    await call('POST', `accounts/${other.account.id}/adjustments`, { amount: 1, reason: 'x' })
    expect(await list(`bills?updated_from=${since}`)).toEqual([other.bill.id, one.bill.id])
    expect(await list(`customers?updated_from=${since}`)).toEqual([one.customer.id])
    expect(await list(`accounts?updated_from=${since}`)).toEqual([other.account.id])
    const first = await call('GET', `bills?updated_from=${since}&limit=1`)
    expect(first.has_more).toBe(true)
    const rest = await list(`bills?updated_from=${since}&limit=1&cursor=${first.next_cursor}`)
    expect([...first.data.map(({ id }: { id: string }) => id), ...rest]).toEqual([other.bill.id, one.bill.id])
    expect(await list(`bills?updated_from=${since}&customer=${one.customer.id}`)).toEqual([one.bill.id])
    expect(await list(`bills?updated_from=${since}&status=paid`)).toEqual([])
    expect(await list(`bills?updated_from=${since}&status=unpaid`)).toEqual([other.bill.id, one.bill.id])
    expect(await list(`bills?updated_from=${since}&currency=USD`)).toEqual([])
    expect(await list(`accounts?updated_from=${since}&balance_min=502`)).toEqual([])
  })

  test('holds exactly those whose updated_at is not earlier, whatever changed them', async () => {
    const { customer, account, bill } = await makeDebts()
    const changes = [
      () => pay({ account: account.id }, 500),
      () => call('POST', `accounts/${account.id}/archive`, undefined, 200),
      () => call('POST', `bills/${bill.id}/void`, undefined, 200),
      () => call('PATCH', `customers/${customer.id}`, { balance: 0 }),
      () => call('POST', `accounts/${account.id}/unarchive`, undefined, 200),
      () => call('POST', `customers/${customer.id}/pseudonymise`, undefined, 200),
    ]
    const times = [clock.now()]
    for (const change of changes) {
      await change()
      times.push(clock.now())
      clock.advance(minuteMs)
    }
    for (const at of times) {
      for (const kind of ['customers', 'accounts', 'bills']) {
        const all = (await call('GET', `${kind}?archived=all&limit=100`)).data as { id: string; updated_at: string }[]
        const changed = all.filter(({ updated_at }) => updated_at >= at.toISOString()).map(({ id }) => id)
        const path = `${kind}?archived=all&limit=100&updated_from=${at.toISOString()}`
        expect([path, await list(path)]).toEqual([path, changed])
      }
    }
  })

  test('alone goes a month back, and beside another filter to any time', async () => {
    const { customer } = await makeDebts()
    const month = new Date(clock.now().getTime() - 31 * 86_400_000).toISOString()
    for (const kind of ['customers', 'accounts', 'bills']) {
      for (const query of ['', '&currency=ZAR', '&balance_min=1', '&created_to=2030-01-01T00:00:00Z']) {
        const refused = await call('GET', `${kind}?updated_from=${month}${query}`, undefined, 400)
        expect(refused.errors).toMatchObject([{ parameter: 'updated_from', code: 'filter_alone' }])
      }
    }
    expect(await list(`bills?updated_from=2000-01-01T00:00:00Z&customer=${customer.id}`)).toHaveLength(1)
    const everything = `customers?updated_from=2000-01-01T00:00:00Z&created_from=${start.toISOString()}`
    expect(await list(everything)).toContain(customer.id)
  })

  test('of payments and of obligations comes beside a filter that narrows it', async () => {
    const { customer, account } = await makeDebts()
    const payment = await pay({ account: account.id }, 20)
    const untouched = await pay({ account: account.id }, 20)
    clock.advance(minuteMs)
    const since = clock.now().toISOString()
    await call('POST', `obligations/${payment.obligations[0].id}/reversals`, { reason: 'x', amount: 5 })
    for (const kind of ['payments', 'obligations']) {
      const refused = await call('GET', `${kind}?updated_from=${since}&currency=ZAR`, undefined, 400)
      expect(refused.errors).toMatchObject([{ parameter: 'updated_from', code: 'filter_alone' }])
    }
    expect(await list(`payments?customer=${customer.id}&updated_from=${since}`)).toEqual([payment.id])
    expect(await list(`obligations?account=${account.id}&updated_from=${since}`)).toEqual([payment.obligations[0].id])
    expect(await list(`payments?customer=${customer.id}`)).toEqual([untouched.id, payment.id])
  })
})

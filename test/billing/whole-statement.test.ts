import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendInPieces } from '../../src/api/pieces.ts'
import { statementCsv } from '../../src/billing/history/statement-csv.ts'
import { pageWholeStatement, type StatementRow } from '../../src/billing/history/store.ts'
import { settableClock } from '../../src/core/clock.ts'
import { bucketOf, type Id, parseId } from '../../src/core/id/id.ts'
import { readTable } from '../support/csv.ts'
import { eventually } from '../support/eventually.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'

const seed = seedOf('SEED')
const clock = settableClock(new Date('2026-03-31T10:00:00.000Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

async function post(path: string, body: object) {
  const answer = await server.api('POST', path, body)
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}

let made = 0
const reference = (kind: string) => `whole-${kind}-${++made}`
const raise = (owner: object, amount_due: number, due_date?: string, currency = 'ZAR') =>
  post('/billing/bills', {
    external_reference: reference('bill'),
    currency,
    amount_due,
    bill_date: '2025-10-01',
    due_date,
    ...owner,
  })
const pay = (target: object, amount: number, received_at: string, currency = 'ZAR') =>
  post('/billing/payments', {
    amount,
    currency,
    channel: 'till',
    reference: reference('payment'),
    received_at,
    ...target,
  })
const statementOf = async (path: string, from = '2026-03-01', to = '2026-03-31') =>
  (await server.api('GET', `/billing/${path}/statement?scope=all&from=${from}&to=${to}`)).body

type Whole = {
  currency: string
  opening_balance: number
  movements: object[]
  closing_balance: number
  ageing: Record<string, number>
}
const csv = { accept: 'text/csv' }
const csvOf = async (path: string, from = '2026-03-01', to = '2026-03-31', scope = 'scope=all', headers = {}) => {
  const url = `/billing/${path.includes('/') ? path : `customers/${path}`}/statement?from=${from}&to=${to}&${scope}`
  const { status, text } = await server.api('GET', url, undefined, { ...csv, ...headers })
  expect(status, text).toBe(200)
  return readTable(text)
}
/** The cells of a line, from what JSON says. */
const cellsOf = (said: Record<string, unknown>) => {
  const { account_id, customer_id, bill_id, actor, effective_at, ...more } = said
  const owner = bill_id ?? account_id ?? customer_id
  const cells: Record<string, unknown> = { ...more, effective_at, owner, date: String(effective_at ?? '').slice(0, 10) }
  cells.actor = actor && Object.entries(actor).flat().join(':')
  return Object.fromEntries(columns.map((name) => [name, String(cells[name] ?? '')]))
}
const columns =
  'line,currency,date,kind,amount,balance,owner,external_reference,label,reference,reason,source,effective_at,recorded_at,id,transaction,request_id,actor'.split(
    ',',
  )
const environmentOf = async () =>
  (await server.app.pool.query<{ id: number }>("select id from environment where mode = 'test'")).rows[0]?.id ?? 0
async function* withFirst<Item>(first: Item, rest: AsyncIterable<Item>) {
  yield first
  yield* rest
}

/** A customer with a balance, an account with a bill, a bill of its own, and debts in another currency. */
async function household() {
  const opening = { balance: 500, effective_at: '2026-01-01T00:00:00Z' }
  const customer = await post('/billing/customers', { external_reference: reference('c'), currency: 'ZAR', opening })
  const account = await post('/billing/accounts', {
    external_reference: reference('a'),
    customer: customer.id,
    currency: 'ZAR',
    opening: { ...opening, balance: -200 },
  })
  const old = await raise({ account: account.id }, 1000, '2025-11-30')
  const late = await raise({ customer: customer.id }, 300, '2026-02-15')
  const dollars = await raise({ customer: customer.id }, 70, '2026-04-30', 'USD')
  await pay({ bill: old.id }, 400, '2026-03-10T12:00:00Z')
  await pay({ bill: late.id }, 100, '2026-02-20T12:00:00Z')
  return { customer, account, old, late, dollars }
}

describe('a statement of everything', () => {
  test('of a customer sums its balance, its accounts and bills by currency, and says how long they have been due', async () => {
    const { customer, old, dollars } = await household()
    const { currencies, customer_id, time_zone } = await statementOf(`customers/${customer.id}`)
    expect([customer_id, time_zone]).toEqual([customer.id, 'UTC'])
    expect(currencies).toMatchObject([
      {
        currency: 'USD',
        opening_balance: 70,
        movements: [],
        closing_balance: 70,
        ageing: { current: 70, days_1_30: 0, days_31_60: 0, days_61_90: 0, over_90: 0 },
      },
      {
        currency: 'ZAR',
        opening_balance: 1500,
        movements: [
          { kind: 'payment', amount: -400, balance: 1100, bill_id: old.id, external_reference: old.external_reference },
        ],
        closing_balance: 1100,
        ageing: { current: 300, days_1_30: 0, days_31_60: 200, days_61_90: 0, over_90: 600 },
      },
    ])
    const whole = await statementOf(`customers/${customer.id}`, '2025-10-01')
    const bill_ids = whole.currencies.flatMap(({ movements }: { movements: { bill_id?: string }[] }) =>
      movements.map(({ bill_id }) => bill_id),
    )
    expect(bill_ids).toContain(dollars.id)
    expect(whole.currencies.map((one: { opening_balance: number }) => one.opening_balance)).toEqual([0, 0])
  })

  test('of an account leaves out what its customer owes elsewhere', async () => {
    const { account } = await household()
    const { currencies, account_id } = await statementOf(`accounts/${account.external_reference}`)
    expect(account_id).toBe(account.id)
    expect(currencies).toMatchObject([
      { currency: 'ZAR', opening_balance: 800, closing_balance: 400, ageing: { current: -200, over_90: 600 } },
    ])
  })

  test('is empty of what nothing was ever owed on, and of another environment there is none', async () => {
    const customer = await post('/billing/customers', { external_reference: reference('c') })
    expect((await statementOf(`customers/${customer.id}`)).currencies).toEqual([])
    const path = `/billing/customers/${customer.id}/statement?scope=all&from=2026-03-01&to=2026-03-31`
    const live = await server.api('GET', path, undefined, { authorization: `Bearer ${server.liveKey}` })
    expect(live.status).toBe(404)
  })

  test('refuses a scope that there is not, and one for a bill', async () => {
    const { customer, old } = await household()
    const days = 'from=2026-03-01&to=2026-03-31'
    const refused = await server.api('GET', `/billing/customers/${customer.id}/statement?scope=both&${days}`)
    expect([refused.status, refused.body.errors[0].parameter]).toEqual([400, 'scope'])
    const bill = await server.api('GET', `/billing/bills/${old.id}/statement?scope=all&${days}`)
    expect([bill.status, bill.body.errors[0].parameter]).toEqual([400, 'scope'])
  })

  test('refuses more than a thousand movements of all balances together, and has them as CSV', async () => {
    const { customer } = await household()
    const adjust = () => post(`/billing/customers/${customer.id}/adjustments`, { amount: 1, reason: 'x' })
    for (let at = 0; at < 1000; at += 50) await Promise.all(Array.from({ length: 50 }, adjust))
    const refused = await statementOf(`customers/${customer.id}`)
    expect([refused.code, refused.detail]).toEqual(['statement_too_long', expect.stringContaining('text/csv')])
    const april = await statementOf(`customers/${customer.id}`, '2026-04-01', '2026-04-30')
    expect(april.currencies[1].opening_balance).toBe(2100)
    const lines = (await csvOf(`customers/${customer.id}`)).filter(({ currency }) => currency === 'ZAR')
    expect(lines.filter(({ line }) => line === 'movement')).toHaveLength(1001)
    const moved = lines.reduce((sum, { amount }) => sum + Number(amount), 0)
    expect([moved, lines.find(({ line }) => line === 'closing_balance')?.balance]).toEqual([600, '2100'])
    const page = await fetch(`${customer.presentment_url}/statement.pdf?from=2026-03-01&to=2026-03-31`)
    expect(page.url).toContain('/statement?')
    expect(await page.text()).toContain('A PDF has 1')
    const days = 'scope=all&from=2026-03-01&to=2026-03-31'
    const pdf = await server.api('GET', `/billing/customers/${customer.id}/statement?${days}`, undefined, {
      accept: 'application/pdf',
    })
    expect([pdf.status, pdf.body.code]).toEqual([422, 'statement_too_long'])
  })

  test('as CSV says in each line what JSON says', async () => {
    const { customer, account, old } = await household()
    for (const path of [`customers/${customer.id}`, `accounts/${account.external_reference}`]) {
      const { currencies } = await statementOf(path, '2025-10-01')
      const expected = currencies.flatMap((one: Whole) => [
        { line: 'opening_balance', currency: one.currency, balance: one.opening_balance },
        ...one.movements.map((moved) => ({ line: 'movement', ...moved })),
        { line: 'closing_balance', currency: one.currency, balance: one.closing_balance },
        ...Object.entries(one.ageing).map(([line, balance]) => ({ line, currency: one.currency, balance })),
      ])
      expect(await csvOf(path, '2025-10-01')).toEqual(expected.map(cellsOf))
    }
    for (const path of [`accounts/${account.id}`, `bills/${old.id}`]) {
      const days = 'from=2025-01-01&to=2026-03-31'
      const { opening_balance, movements, closing_balance, currency } = (
        await server.api('GET', `/billing/${path}/statement?${days}`)
      ).body
      const owner = path.startsWith('bills') ? old : account
      const about = { external_reference: owner.external_reference, bill_id: owner.id }
      expect(await csvOf(path, '2025-01-01', '2026-03-31', '')).toEqual(
        [
          { line: 'opening_balance', currency, balance: opening_balance },
          ...movements.map((moved: object) => ({ line: 'movement', ...moved, ...about })),
          { line: 'closing_balance', currency, balance: closing_balance },
        ].map(cellsOf),
      )
    }
  })

  test('as CSV is of the local days of the merchant, holds no formula, and is empty below its header where nothing was owed', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    const make = async (path: string, body: object) => (await server.api('POST', path, body, live)).body
    await server.api('PATCH', '/settings', { time_zone: 'Asia/Tokyo' }, live)
    const opening = { balance: 500, effective_at: '2026-03-09T15:00:00Z' }
    const customer = await make('/billing/customers', { external_reference: 'tokyo', currency: 'JPY', opening })
    const text = '@SUM(A1), "all"'
    await make(`/billing/customers/${customer.id}/adjustments`, {
      kind: 'fee',
      amount: 5,
      label: text,
      reference: '-5',
      reason: text,
    })
    const [first, opened, moved, last] = await csvOf(customer.id, '2026-03-10', '2026-03-31', '', live)
    expect([first?.balance, opened?.date, opened?.amount, last?.balance]).toEqual(['0', '2026-03-10', '500', '505'])
    expect(moved).toMatchObject({
      label: `'${text}`,
      reference: "'-5",
      reason: `'${text}`,
    })
    expect((await csvOf(customer.id, '2026-03-11', '2026-03-31', '', live))[0]?.balance).toBe('500')
    const nobody = await make('/billing/customers', { external_reference: 'nobody' })
    expect(await csvOf(nobody.id, '2026-03-01', '2026-03-31', 'scope=all', live)).toEqual([])
  })

  test('is CSV only where that is what is wanted most, and refused as JSON is', async () => {
    const { customer } = await household()
    const path = `/billing/customers/${customer.id}/statement?from=2026-03-01&to=2026-03-31`
    const typeOf = async (accept: string) => {
      const { headers } = await server.api('GET', path, undefined, { accept })
      return [headers.get('content-type')?.split(';')[0], headers.get('vary')]
    }
    expect(await typeOf('text/csv, */*;q=0.5')).toEqual(['text/csv', 'Accept'])
    for (const accept of ['*/*', 'text/csv;q=0.5, application/json', 'text/csv;q=0', 'text/html']) {
      expect(await typeOf(accept)).toEqual(['application/json', 'Accept'])
    }
    const refusals = [`${path}&scope=both`, '/billing/customers/nobody-at-all/statement?from=2026-03-01&to=2026-03-31']
    for (const [at, status] of [400, 404].entries()) {
      const refused = await server.api('GET', refusals[at] ?? '', undefined, csv)
      expect([refused.status, refused.body.status]).toEqual([status, status])
    }
  })

  test('is one snapshot however slowly it is read, and gives its connection back to whoever hangs up', async () => {
    const { customer } = await household()
    const { pool, environment_id } = { pool: server.app.pool, environment_id: await environmentOf() }
    const id = parseId('customer', customer.id) as Id
    const span = { from: '2025-10-01', to: '2026-03-31', time_zone: 'UTC' }
    const read = () =>
      pageWholeStatement(pool, { environment_id, id, bucket: bucketOf(id) }, span, {
        page_rows: 2,
        statement_ms: 4_000,
        whole_ms: 4_000,
      })
    const before = await csvOf(`customers/${customer.id}`, span.from)
    let text = ''
    const late = await raise({ customer: customer.id }, 900)
    const pages = read()
    const first = await pages.next()
    await pay({ bill: late.id }, 900, '2026-03-10T12:00:00Z')
    for await (const piece of statementCsv(withFirst(first.value as StatementRow[], pages), 'UTC')) text += piece
    const read_lines = readTable(text)
    expect(read_lines).toHaveLength(before.length + 1)
    expect(read_lines.map(({ kind, amount }) => kind === 'payment' && amount)).not.toContain('-900')
    const given_up = read()
    await given_up.next()
    await given_up.return(undefined)
    await eventually(() => pool.idleCount === pool.totalCount, 'all connections are given back')
  })

  test('is cut off, not left open, where it is not read by its deadline', async () => {
    const router = fastify()
    let ended = false
    async function* endless() {
      try {
        for (;;) yield 'x'.repeat(100_000)
      } finally {
        ended = true
      }
    }
    router.get('/', (_, reply) => sendInPieces(reply, endless(), 200))
    const url = await router.listen({ host: '127.0.0.1', port: 0 })
    const response = await fetch(url)
    expect(response.status).toBe(200)
    await eventually(() => ended, 'nothing more is made')
    await expect(response.text()).rejects.toThrow()
    await router.close()
  })

  test(`adds up, and each span begins where the one before ended (SEED=${seed})`, async () => {
    const random = seededRandom(seed)
    const pick = (below: number) => Math.floor(random() * below)
    const { customer, account } = await household()
    const day = () => `2026-0${1 + pick(3)}-${String(1 + pick(28)).padStart(2, '0')}`
    for (let at = 0; at < 30; at++) {
      const bill = await raise(pick(2) ? { account: account.id } : { customer: customer.id }, 1 + pick(900), day())
      if (pick(2)) await pay({ bill: bill.id }, 1 + pick(bill.amount_due), `${day()}T08:00:00Z`)
      if (pick(3) === 0) await pay({ account: account.id }, 1 + pick(500), `${day()}T09:00:00Z`)
    }
    const spans = ['2025-10-01 2026-01-14', '2026-01-15 2026-02-28', '2026-03-01 2026-03-30', '2026-03-31 2026-03-31']
    type Currency = { opening_balance: number; closing_balance: number; ageing: Record<string, number> }
    let closed: number | undefined
    for (const span of spans) {
      const [from, to] = span.split(' ')
      const { currencies } = await statementOf(`customers/${customer.id}`, from, to)
      const rands: Currency = currencies.find(({ currency }: { currency: string }) => currency === 'ZAR')
      expect(Object.values(rands.ageing).reduce((sum, amount) => sum + amount)).toBe(rands.closing_balance)
      if (closed !== undefined) expect(rands.opening_balance).toBe(closed)
      closed = rands.closing_balance
    }
    const [own, accounts, bills] = await Promise.all(
      [`customers/${customer.id}`, `accounts?customer=${customer.id}`, `bills?customer=${customer.id}&limit=100`].map(
        async (path) => (await server.api('GET', `/billing/${path}`)).body,
      ),
    )
    const sum = (rows: Record<string, number | string>[], field: string) =>
      rows.filter(({ currency }) => currency === 'ZAR').reduce((total, row) => total + Number(row[field]), 0)
    expect(closed).toBe(own.balance + sum(accounts.data, 'balance') + sum(bills.data, 'amount_remaining'))
  })
})

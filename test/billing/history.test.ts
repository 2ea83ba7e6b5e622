import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-03-02T10:00:00.000Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

async function call(method: string, path: string, body?: unknown, status = method === 'POST' ? 201 : 200) {
  const answer = await server.api(method, path, body)
  expect([answer.status, answer.text]).toEqual([status, expect.anything()])
  return answer.body
}

const get = (path: string, status = 200) => call('GET', path, undefined, status)

let made = 0
/** An account with a balance, on a customer of its own. */
function makeAccount(balance?: number): Promise<{ id: string; external_reference: string }> {
  made += 1
  return call('POST', '/billing/accounts', {
    customer: { external_reference: `customer-${made}` },
    external_reference: `account-${made}`,
    currency: 'ZAR',
    ...(balance !== undefined && { balance }),
  })
}

function pay(target: Record<string, string>, amount: number, receivedAt?: string): Promise<{ id: string }> {
  made += 1
  return call('POST', '/billing/payments', {
    amount,
    currency: 'ZAR',
    channel: 'till',
    reference: `payment-${made}`,
    ...target,
    ...(receivedAt !== undefined && { received_at: receivedAt }),
  })
}

describe('the entries that are sought', () => {
  const amounts = (page: { data: { amount: number }[] }) => page.data.map(({ amount }) => amount)

  test('are of a kind, and took effect in a span', async () => {
    const account = await makeAccount(5_000)
    for (const [amount, day] of [
      [100, '10'],
      [200, '20'],
      [300, '27'],
    ] as const) {
      await pay({ account: account.id }, amount, `2026-02-${day}T08:00:00Z`)
    }
    await call('POST', `/billing/accounts/${account.id}/adjustments`, { kind: 'fee', amount: 7, reason: 'late' })
    const path = `/billing/accounts/${account.id}/entries`
    expect(amounts(await get(`${path}?kind=payment`))).toEqual([-300, -200, -100])
    expect(amounts(await get(`${path}?kind=fee`))).toEqual([7])
    expect(amounts(await get(`${path}?kind=refund`))).toEqual([])
    const [from, to] = ['effective_from=2026-02-20T08:00:00Z', 'effective_to=2026-02-20T08:00:00Z']
    expect(amounts(await get(`${path}?kind=payment&${from}`))).toEqual([-300, -200])
    expect(amounts(await get(`${path}?kind=payment&${to}`))).toEqual([-200, -100])
    expect(amounts(await get(`${path}?${from}&${to}`))).toEqual([-200])
    const first = await get(`${path}?kind=payment&limit=2`)
    expect([first.has_more, amounts(first)]).toEqual([true, [-300, -200]])
    const second = await get(`${path}?kind=payment&limit=2&cursor=${first.next_cursor}`)
    expect([second.has_more, amounts(second)]).toEqual([false, [-100]])
    expect((await server.api('GET', `${path}?kind=fee&cursor=${first.next_cursor}`)).body.code).toBe('invalid_cursor')
  })

  test('are looked for in 1,000 entries a page, and the cursor goes on where a page ended', async () => {
    const account = await makeAccount(0)
    const adjust = (body: object) =>
      call('POST', `/billing/accounts/${account.id}/adjustments`, { amount: 1, reason: 'x', ...body })
    await adjust({ kind: 'fee', amount: 11 })
    for (let done = 0; done < 1_010; done += 10) await Promise.all(Array.from({ length: 10 }, () => adjust({})))
    await adjust({ kind: 'fee', amount: 12 })
    const path = `/billing/accounts/${account.id}/entries`
    const first = await get(`${path}?kind=fee`)
    expect([first.has_more, amounts(first)]).toEqual([true, [12]])
    const second = await get(`${path}?kind=fee&cursor=${first.next_cursor}`)
    expect([second.has_more, amounts(second)]).toEqual([false, [11]])
    const none = await get(`${path}?kind=refund`)
    expect(none).toMatchObject({ has_more: true, data: [] })
    expect(await get(`${path}?kind=refund&cursor=${none.next_cursor}`)).toEqual({ has_more: false, data: [] })
  }, 60_000)

  test.each([
    ['kind=money', 'kind'],
    ['kind=', 'kind'],
    ['effective_from=yesterday', 'effective_from'],
    ['effective_to=2026-02-30T00:00:00Z', 'effective_to'],
  ])('%s is refused', async (query, parameter) => {
    const account = await makeAccount(5)
    const answer = await server.api('GET', `/billing/accounts/${account.id}/entries?${query}`)
    expect(answer.body).toMatchObject({ status: 400, errors: [{ parameter }] })
  })
})

describe('the entries of an object', () => {
  test('tell what moved its balance, newest first, and by which request', async () => {
    const account = await makeAccount(5_000)
    const payment = await pay({ account: account.id }, 1_200, '2026-02-27T08:30:00Z')
    await call('POST', `/billing/accounts/${account.id}/adjustments`, { amount: 300, reason: 'late fee' })
    const { data, has_more } = await get(`/billing/accounts/${account.external_reference}/entries`)
    expect(has_more).toBe(false)
    const written = clock.now().toISOString()
    expect(data).toEqual([
      expect.objectContaining({
        kind: 'adjustment',
        amount: 300,
        balance_after: 4_100,
        version: 3,
        reason: 'late fee',
        source: expect.stringMatching(/^adj_/),
      }),
      {
        id: expect.stringMatching(/^ent_/),
        transaction: expect.stringMatching(/^txn_/),
        kind: 'payment',
        amount: -1_200,
        currency: 'ZAR',
        balance_after: 3_800,
        version: 2,
        effective_at: '2026-02-27T08:30:00.000Z',
        recorded_at: written,
        request_id: expect.any(String),
        actor: { key: expect.stringMatching(/^key_/) },
        source: payment.id,
      },
      expect.objectContaining({ kind: 'opening_balance', amount: 5_000, balance_after: 5_000, version: 1 }),
    ])
  })

  test('name the obligation that was taken back, and the reversal of a payment', async () => {
    const account = await makeAccount(1_000)
    const payment = await pay({ account: account.id }, 600)
    const [obligation] = (await get(`/billing/payments/${payment.id}`)).obligations
    await call('POST', `/billing/obligations/${obligation.id}/reversals`, { amount: 100, reason: 'wrong account' })
    await call('POST', `/billing/payments/${payment.id}/reversals`, { amount: 300, reason: 'bounced' })
    const { data } = await get(`/billing/accounts/${account.id}/entries?limit=2`)
    expect(data).toMatchObject([
      { kind: 'payment_reversal', amount: 200, source: expect.stringMatching(/^rev_/), reason: 'bounced' },
      { kind: 'application_reversal', amount: 100, source: obligation.id, reason: 'wrong account' },
    ])
  })

  test('come page by page, each once, also while new ones are written', async () => {
    const account = await makeAccount(1_000)
    for (const amount of [1, 2, 3, 4]) await pay({ account: account.id }, amount)
    const url = `/billing/accounts/${account.id}/entries`
    const seen: number[] = []
    let page = await get(`${url}?limit=2`)
    for (;;) {
      seen.push(...page.data.map(({ version }: { version: number }) => version))
      if (!page.has_more) break
      await pay({ account: account.id }, 5)
      page = await get(`${url}?limit=2&cursor=${page.next_cursor}`)
    }
    expect(seen).toEqual([5, 4, 3, 2, 1])
    expect(page).not.toHaveProperty('next_cursor')
  })

  test('are none where there is no balance', async () => {
    const account = await makeAccount()
    expect(await get(`/billing/accounts/${account.id}/entries`)).toEqual({ data: [], has_more: false })
  })

  test('of another environment or of nothing are not found', async () => {
    const account = await makeAccount(10)
    for (const part of ['entries', 'balance', 'statement?from=2026-01-01&to=2026-01-02']) {
      const path = `/billing/accounts/${account.id}/${part}`
      const foreign = await server.api('GET', path, undefined, { authorization: `Bearer ${server.liveKey}` })
      expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found'])
      expect((await get(`/billing/accounts/nobody/${part}`, 404)).code).toBe('not_found')
    }
  })
})

describe('a cursor', () => {
  test('of another list, changed, cut or invented is refused', async () => {
    const [one, other] = [await makeAccount(10), await makeAccount(10)]
    for (const { id } of [one, other]) await pay({ account: id }, 1)
    const url = `/billing/accounts/${one.id}/entries`
    const { next_cursor: cursor } = await get(`${url}?limit=1`)
    const { next_cursor: foreign } = await get(`/billing/accounts/${other.id}/entries?limit=1`)
    const middle = Math.floor(cursor.length / 2)
    const changed = [...cursor]
      .map((letter, index) => (index === middle ? (letter === 'A' ? 'B' : 'A') : letter))
      .join('')
    for (const wrong of [foreign, changed, cursor.slice(1), cursor.slice(0, -1), `${cursor}A`, 'null', '', '../../x']) {
      const refused = await get(`${url}?limit=1&cursor=${encodeURIComponent(wrong)}`, 400)
      expect([wrong, refused.code]).toEqual([wrong, 'invalid_cursor'])
    }
    expect((await get(`${url}?limit=5&cursor=${cursor}`)).data).toHaveLength(1)
  })

  test.each(['limit=0', 'limit=101', 'limit=1.5', 'limit=x', 'limit=', 'limit=1&limit=2', 'page=2'])(
    'stands beside a limit from 1 to 100, and nothing unknown: not %s',
    async (query) => {
      const account = await makeAccount(10)
      const refused = await get(`/billing/accounts/${account.id}/entries?${query}`, 400)
      expect(refused).toMatchObject({ code: 'invalid_request', errors: [{ parameter: query.split('=')[0] }] })
    },
  )
})

describe('the balance of an object', () => {
  test('is told for any time, by what counted then and by what was known then', async () => {
    const start = clock.now()
    const account = await makeAccount(5_000)
    clock.advance(86_400_000)
    const dayLater = clock.now()
    // Recorded on the second day, but received an hour after the start.
    await pay({ account: account.id }, 2_000, new Date(start.getTime() + 3_600_000).toISOString())
    clock.advance(86_400_000)
    const balance = async (query = '') => (await get(`/billing/accounts/${account.id}/balance${query}`)).balance
    const hours = (count: number) => new Date(start.getTime() + count * 3_600_000).toISOString()
    expect(await balance()).toBe(3_000)
    expect(await balance(`?effective_at=${hours(0)}`)).toBe(5_000)
    expect(await balance(`?effective_at=${hours(1)}`)).toBe(3_000)
    expect(await balance(`?effective_at=${hours(1)}&recorded_at=${hours(23)}`)).toBe(5_000)
    expect(await balance(`?recorded_at=${dayLater.toISOString()}`)).toBe(3_000)
    expect(await balance(`?effective_at=${hours(-1)}`)).toBe(0)
    expect(await get(`/billing/accounts/${account.id}/balance`)).toEqual({
      account_id: account.id,
      balance: 3_000,
      currency: 'ZAR',
      effective_at: clock.now().toISOString(),
      recorded_at: clock.now().toISOString(),
    })
  })

  test('is at any time to come what it is now', async () => {
    const account = await makeAccount(5_000)
    const later = new Date(clock.now().getTime() + 3_600_000).toISOString()
    expect((await get(`/billing/accounts/${account.id}/balance?effective_at=${later}`)).balance).toBe(5_000)
  })

  test('is refused where there is none, and so is a statement', async () => {
    const account = await makeAccount()
    expect((await get(`/billing/accounts/${account.id}/balance`, 422)).code).toBe('no_balance')
    const span = 'from=2026-01-01&to=2026-01-02'
    expect((await get(`/billing/accounts/${account.id}/statement?${span}`, 422)).code).toBe('no_balance')
  })

  test.each([
    'effective_at=2026-03-01',
    'recorded_at=now',
    'effective_at=2026-13-01T00:00:00Z',
    'at=2026-03-01T00:00:00Z',
  ])('takes instants only: not %s', async (query) => {
    const account = await makeAccount(1)
    const refused = await get(`/billing/accounts/${account.id}/balance?${query}`, 400)
    expect(refused.code).toBe('invalid_request')
    expect(refused.errors[0].parameter).toBe(query.split('=')[0])
  })
})

describe('a statement', () => {
  test('leads from the opening to the closing balance in the order of what is effective', async () => {
    const account = await makeAccount(10_000)
    const start = clock.now().getTime()
    const day = (count: number) => new Date(start + count * 86_400_000).toISOString()
    const opened = day(0).slice(0, 10)
    clock.advance(4 * 86_400_000)
    await pay({ account: account.id }, 500, day(3))
    await pay({ account: account.id }, 300, day(1))
    await pay({ account: account.id }, 200, day(2))
    const from = day(1).slice(0, 10)
    const to = day(2).slice(0, 10)
    const shown = await get(`/billing/accounts/${account.id}/statement?from=${from}&to=${to}`)
    expect(shown).toMatchObject({
      account_id: account.id,
      currency: 'ZAR',
      from,
      to,
      time_zone: 'UTC',
      opening_balance: 10_000,
      movements: [
        { kind: 'payment', amount: -300, balance: 9_700, effective_at: day(1) },
        { kind: 'payment', amount: -200, balance: 9_500, effective_at: day(2) },
      ],
      closing_balance: 9_500,
    })
    const whole = await get(`/billing/accounts/${account.id}/statement?from=${opened}&to=${day(3).slice(0, 10)}`)
    expect([whole.opening_balance, whole.movements.length, whole.closing_balance]).toEqual([0, 4, 9_000])
    const empty = await get(`/billing/accounts/${account.id}/statement?from=2030-01-01&to=2030-01-01`)
    expect([empty.opening_balance, empty.movements, empty.closing_balance]).toEqual([9_000, [], 9_000])
  })

  test('has its days in the time zone of the environment', async () => {
    const johannesburg = await testServer({ clock, database: server.database })
    await server.database.owner.query(
      `update environment set time_zone = 'Africa/Johannesburg'
       where merchant_id = (select max(merchant_id) from environment)`,
    )
    const api = async (method: string, path: string, body?: unknown) =>
      (await johannesburg.api(method, path, body)).body
    const customer = await api('POST', '/billing/customers', {
      external_reference: 'someone',
      currency: 'ZAR',
      balance: 100,
    })
    // 23:30 UTC is half past one of the next day in Johannesburg.
    for (const [index, at] of ['2026-01-05T21:59:00Z', '2026-01-05T23:30:00Z', '2026-01-06T22:00:00Z'].entries()) {
      await api('POST', '/billing/payments', {
        amount: index + 1,
        currency: 'ZAR',
        channel: 'till',
        reference: `zone-${index}`,
        customer: customer.id,
        received_at: at,
      })
    }
    const shown = await api('GET', '/billing/customers/someone/statement?from=2026-01-06&to=2026-01-06')
    expect(shown).toMatchObject({ time_zone: 'Africa/Johannesburg', opening_balance: -1, closing_balance: -3 })
    expect(shown.movements).toHaveLength(1)
    await johannesburg.stop()
  })

  test('of a bill begins with what is due', async () => {
    made += 1
    const bill = await call('POST', '/billing/bills', {
      customer: { external_reference: `customer-${made}` },
      external_reference: `bill-${made}`,
      currency: 'ZAR',
      amount_due: 900,
      bill_date: '2026-03-01',
    })
    await pay({ bill: bill.id }, 400)
    const today = clock.now().toISOString().slice(0, 10)
    const shown = await get(`/billing/bills/${bill.id}/statement?from=2026-03-01&to=${today}`)
    expect(shown).toMatchObject({
      bill_id: bill.id,
      opening_balance: 0,
      movements: [
        { kind: 'bill_raised', amount: 900, balance: 900 },
        { kind: 'payment', amount: -400, balance: 500 },
      ],
      closing_balance: 500,
    })
  })

  test('with more than a thousand movements asks for a shorter span', async () => {
    const account = await makeAccount(100_000)
    const url = `/billing/accounts/${account.id}`
    for (let count = 0; count < 1_000; count += 100) {
      await Promise.all(Array.from({ length: 100 }, () => pay({ account: account.id }, 1)))
    }
    const today = clock.now().toISOString().slice(0, 10)
    const refused = await get(`${url}/statement?from=${today}&to=${today}`, 422)
    expect(refused.code).toBe('statement_too_long')
    expect((await get(`${url}/balance`)).balance).toBe(99_000)
  })

  test.each([
    ['from=2026-02-02&to=2026-02-01', 'to'],
    ['from=2026-02-02', 'to'],
    ['from=2026-02-30&to=2026-03-01', 'from'],
    ['from=0000-01-01&to=2026-03-01', 'from'],
    ['from=2026-02-01&to=2026-02-02&zone=UTC', 'zone'],
  ])('needs two days in their order: not %s', async (query, parameter) => {
    const account = await makeAccount(1)
    const refused = await get(`/billing/accounts/${account.id}/statement?${query}`, 400)
    expect(refused).toMatchObject({ code: 'invalid_request', errors: [{ parameter }] })
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let count = 0
async function account(balance = 1000) {
  const reference = `a${++count}`
  const { body } = await server.api('POST', '/billing/accounts', {
    external_reference: reference,
    customer: { external_reference: `${reference}-customer` },
    currency: 'ZAR',
    balance,
  })
  return body
}

async function bill(amount_due = 1000) {
  const reference = `b${++count}`
  const customer = { external_reference: `${reference}-customer` }
  const sent = { external_reference: reference, customer, currency: 'ZAR', amount_due }
  return (await server.api('POST', '/billing/bills', sent)).body
}

const adjust = (path: string, body: object) => server.api('POST', `/billing/${path}/adjustments`, body)

/** The balance, and the entries that led to it: they are a chain without a gap or a fork. */
async function chainOf(reference: string): Promise<{ balance: bigint; entries: bigint; sum: bigint }> {
  const { rows } = await server.database.pool.query(
    `select r.balance, r.version, count(*) as entries, sum(l.amount)::bigint as sum, max(l.version) as last,
       bool_and(l.balance_after - l.amount = coalesce(l.before, 0)) as unbroken
     from receivable as r join account as a on a.id = r.id
     join (select *, lag(balance_after) over (partition by receivable_id order by version) as before from ledger_entry) as l
       on l.receivable_id = r.id
     where a.external_reference = $1 group by r.id, r.balance, r.version`,
    [reference],
  )
  const [row] = rows
  expect([row.unbroken, row.version, row.last]).toEqual([true, row.entries, row.entries])
  return row
}

describe('an adjustment', () => {
  test('moves a balance by a signed amount, and is shown with what it led to', async () => {
    const { id, external_reference } = await account()
    const more = await adjust(`accounts/${external_reference}`, {
      amount: 250,
      reason: 'Meter read again',
      effective_at: '2026-01-01T00:00:00+02:00',
    })
    expect(more.status).toBe(201)
    expect(more.body).toMatchObject({
      id: expect.stringMatching(/^adj_[a-zA-Z0-9]{22}$/),
      kind: 'adjustment',
      amount: 250,
      currency: 'ZAR',
      reason: 'Meter read again',
      balance_after: 1250,
      account_id: id,
      effective_at: '2025-12-31T22:00:00.000Z',
    })
    const off = await adjust(`accounts/${id}`, {
      amount: -1250,
      currency: 'ZAR',
      kind: 'write_off',
      reason: 'Bad debt',
    })
    expect([off.body.kind, off.body.balance_after]).toEqual(['write_off', 0])
    expect((await server.api('GET', `/billing/accounts/${id}`)).body.balance).toBe(0)
    const { rows } = await server.database.pool.query(
      `select kind, reason, effective_at from ledger_transaction where kind in ('adjustment', 'write_off') order by id`,
    )
    expect(rows).toEqual([
      { kind: 'adjustment', reason: 'Meter read again', effective_at: new Date('2025-12-31T22:00:00Z') },
      { kind: 'write_off', reason: 'Bad debt', effective_at: expect.any(Date) },
    ])
  })

  test('moves the ETag, so that an If-Match from before is refused', async () => {
    const { id } = await account()
    const { headers } = await server.api('GET', `/billing/accounts/${id}`)
    const etag = headers.get('etag') as string
    await adjust(`accounts/${id}`, { amount: 1, reason: 'x' })
    const refused = await server.api('PATCH', `/billing/accounts/${id}`, { balance: 0 }, { 'if-match': etag })
    expect([refused.status, refused.body.code]).toEqual([412, 'precondition_failed'])
  })

  test('needs a balance, in its currency', async () => {
    const { id, customer_id } = await account()
    const none = await adjust(`customers/${customer_id}`, { amount: 1, currency: 'ZAR', reason: 'x' })
    expect([none.status, none.body.code]).toEqual([422, 'no_balance'])
    const other = await adjust(`accounts/${id}`, { amount: 1, currency: 'USD', reason: 'x' })
    expect([other.status, other.body.code, other.body.errors[0].pointer]).toEqual([
      422,
      'currency_mismatch',
      '/currency',
    ])
    expect((await adjust('accounts/nobody', { amount: 1, reason: 'x' })).status).toBe(404)
  })

  test('keeps a balance within its limits', async () => {
    const { id, external_reference } = await account(999_999_999_999_999)
    expect((await adjust(`accounts/${id}`, { amount: 1, reason: 'x' })).status).toBe(201)
    const refused = await adjust(`accounts/${id}`, { amount: 1, reason: 'x' })
    expect([refused.status, refused.body.code]).toEqual([422, 'amount_out_of_range'])
    expect((await chainOf(external_reference)).balance).toBe(1_000_000_000_000_000n)
  })

  test.each([
    [{ amount: 0, reason: 'x' }, '/amount'],
    [{ amount: 1.5, reason: 'x' }, '/amount'],
    [{ amount: '1', reason: 'x' }, '/amount'],
    [{ amount: 1 }, '/reason'],
    [{ amount: 1, reason: '' }, '/reason'],
    [{ amount: 1, reason: 'x'.repeat(256) }, '/reason'],
    [{ amount: 1, reason: 'a\0b' }, '/reason'],
    [{ amount: 1, reason: 'x', kind: 'gift' }, '/kind'],
    [{ amount: 1, reason: 'x', kind: 'write_off' }, '/amount'],
    [{ amount: 1, reason: 'x', effective_at: '0001-01-01T00:00:00Z' }, '/effective_at'],
    [{ amount: 1, reason: 'x', effective_at: '9999-12-31T23:59:59-12:00' }, '/effective_at'],
    [{ amount: 1, reason: 'x', effective_at: 'now' }, '/effective_at'],
    [{ amount: 1, reason: 'x', currency: 'zar' }, '/currency'],
  ])('%j is refused with a pointer', async (body, pointer) => {
    const { external_reference } = await account()
    const refused = await adjust(`accounts/${external_reference}`, body)
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer])
    expect((await chainOf(external_reference)).entries).toBe(1n)
  })
})

describe('an adjustment of a bill', () => {
  test('changes what remains, closes it at zero, and is told by bill.updated', async () => {
    const { id } = await bill()
    const half = await adjust(`bills/${id}`, { amount: -400, reason: 'Rebate' })
    expect(half.body).toMatchObject({ bill_id: id, balance_after: 600 })
    const off = await adjust(`bills/${id}`, { amount: -600, kind: 'write_off', reason: 'Bad debt' })
    expect(off.status).toBe(201)
    const shown = await server.api('GET', `/billing/bills/${id}`)
    expect(shown.body).toMatchObject({ status: 'paid', amount_due: 1000, amount_paid: 1000, amount_remaining: 0 })
    await adjust(`bills/${id}`, { amount: 1000, reason: 'Undone' })
    expect((await server.api('GET', `/billing/bills/${id}`)).body).toMatchObject({ status: 'unpaid', amount_paid: 0 })
    const { rows } = await server.database.pool.query(
      `select count(*) as told from event where type = 'bill.updated' and body like '%' || $1 || '%'`,
      [id],
    )
    expect(rows[0].told).toBe(3n)
  })

  test('stays between zero and amount_due, and leaves what payments applied', async () => {
    const { id } = await bill()
    const below = await adjust(`bills/${id}`, { amount: -1001, reason: 'x' })
    expect([below.status, below.body.code, below.body.errors[0].pointer]).toEqual([
      422,
      'amount_exceeds_remaining',
      '/amount',
    ])
    const above = await adjust(`bills/${id}`, { amount: 1, reason: 'x' })
    expect([above.status, above.body.code]).toEqual([422, 'amount_out_of_range'])
    const paid = { amount: 300, currency: 'ZAR', channel: 'till', reference: 'adjusted', bill: id }
    expect((await server.api('POST', '/billing/payments', paid)).status).toBe(201)
    const under = await adjust(`bills/${id}`, { amount: 1, reason: 'x' })
    expect([under.status, under.body.code]).toEqual([409, 'amount_paid_below_applied'])
  })
})

describe('changes at the same time', () => {
  test('ten clients adjust and replace one balance: the history adds up', async () => {
    const { external_reference } = await account(0)
    const path = `accounts/${external_reference}`
    const amounts = Array.from({ length: 10 }, (_, client) => client + 1)
    const answers = await Promise.all(
      amounts.flatMap((amount) => [
        adjust(path, { amount, reason: 'up' }),
        server.api('PATCH', `/billing/${path}`, { balance: amount * 1000 }),
        adjust(path, { amount: -amount, reason: 'down' }),
      ]),
    )
    expect(answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 200)).toEqual([])
    const { balance, sum } = await chainOf(external_reference)
    expect(sum).toBe(balance)
  })

  test('ten clients only adjust: every one of their amounts counts', async () => {
    const { external_reference } = await account(100)
    const amounts = Array.from({ length: 50 }, (_, one) => (one % 2 === 0 ? one + 1 : -3))
    await Promise.all(amounts.map((amount) => adjust(`accounts/${external_reference}`, { amount, reason: 'race' })))
    const { balance, entries } = await chainOf(external_reference)
    expect([balance, entries]).toEqual([100n + BigInt(amounts.reduce((sum, amount) => sum + amount, 0)), 51n])
  })

  test('of ten PATCHes with the same If-Match one is made', async () => {
    const { id } = await account()
    const etag = (await server.api('GET', `/billing/accounts/${id}`)).headers.get('etag') as string
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, client) =>
        server.api('PATCH', `/billing/accounts/${id}`, { balance: client }, { 'if-match': etag }),
      ),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 412)])
  })

  test('a bill that is paid, adjusted and voided at once is never both paid and voided', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await bill(100)
      const payment = {
        amount: 60,
        currency: 'ZAR',
        channel: 'till',
        reference: `race-${id}`,
        bill: id,
        policy: 'in_order',
      }
      await Promise.all([
        server.api('POST', '/billing/payments', payment),
        server.api('POST', `/billing/bills/${id}/void`),
        adjust(`bills/${id}`, { amount: -50, reason: 'race' }),
        server.api('PATCH', `/billing/bills/${id}`, { amount_paid: 10 }),
      ])
      const { body } = await server.api('GET', `/billing/bills/${id}`)
      if (body.status === 'voided') expect(body.amount_paid).toBe(0)
      else expect(body.amount_paid).toBeGreaterThan(0)
      expect(body.amount_paid + body.amount_remaining).toBe(100)
    }
  })
})

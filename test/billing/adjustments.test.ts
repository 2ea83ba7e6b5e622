import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseId } from '../../src/core/id/id.ts'
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
    [{ amount: 1, reason: 'x', label: '' }, '/label'],
    [{ amount: 1, reason: 'x', reference: 'x'.repeat(256) }, '/reference'],
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

/** A bill as it is shown, with the one equation that holds for every bill. */
async function shownBill(id: string) {
  const { body } = await server.api('GET', `/billing/bills/${id}`)
  const { amount_due, amount_adjusted, amount_paid, amount_written_off, amount_remaining } = body
  expect(amount_due + amount_adjusted).toBe(amount_paid + amount_written_off + amount_remaining)
  return body
}

let payments = 0
async function pay(id: string, amount: number) {
  const payment = { amount, currency: 'ZAR', channel: 'till', reference: `bill-${++payments}`, bill: id }
  expect((await server.api('POST', '/billing/payments', payment)).status).toBe(201)
}

/** What the system accounts hold of one bill's transactions; those that hold nothing are left out. */
async function heldOf(reference: string) {
  const { rows } = await server.database.pool.query<{ system_account: string; sum: bigint }>(
    `select system_account, sum(amount)::bigint as sum from ledger_entry
     where system_account is not null and transaction_id in (
       select transaction_id from ledger_entry where receivable_id = (select id from bill where external_reference = $1)
       union select id from ledger_transaction where kind = 'bill_voided'
         and bucket = (select bucket from bill where external_reference = $1))
     group by system_account having sum(amount) <> 0 order by system_account`,
    [reference],
  )
  return rows.map(({ system_account, sum }) => [system_account, Number(sum)])
}

describe('an adjustment of a bill', () => {
  test('changes what is to be paid, never what was paid, and is told by an event of its own', async () => {
    const { id } = await bill()
    const half = await adjust(`bills/${id}`, { amount: -400, reason: 'Rebate' })
    expect(half.body).toMatchObject({ bill_id: id, balance_after: 600 })
    expect(await shownBill(id)).toMatchObject({ status: 'unpaid', amount_adjusted: -400, amount_paid: 0 })
    const off = await adjust(`bills/${id}`, { amount: -600, kind: 'write_off', reason: 'Bad debt' })
    expect(off.status).toBe(201)
    expect(await shownBill(id)).toMatchObject({
      status: 'paid',
      closed_by: 'mixed',
      amount_due: 1000,
      amount_adjusted: -400,
      amount_paid: 0,
      amount_written_off: 600,
      amount_remaining: 0,
      partially_paid: false,
    })
    await adjust(`bills/${id}`, { amount: 1000, reason: 'Undone' })
    const open = await shownBill(id)
    expect(open).toMatchObject({ status: 'unpaid', amount_adjusted: 600, amount_paid: 0, amount_remaining: 1000 })
    expect(open).not.toHaveProperty('closed_by')
    const { rows } = await server.database.pool.query(
      `select type from event where body like '%' || $1 || '%' order by id`,
      [id],
    )
    expect(rows.map(({ type }) => type)).toEqual([
      'bill.created',
      'bill.balance_adjusted',
      'bill.written_off',
      'bill.balance_adjusted',
    ])
  })

  test.each([
    ['money alone', [], 1000, 'payment'],
    ['a write-off alone', [['write_off', -1000]], 0, 'write_off'],
    ['a credit note alone', [['credit_note', -1000]], 0, 'adjustment'],
    ['money and a discount', [['discount', -300]], 700, 'mixed'],
    ['money and a write-off', [['write_off', -300]], 700, 'mixed'],
    ['money, for a fee too', [['fee', 250]], 1250, 'payment'],
    [
      'money, where a fee was taken back',
      [
        ['fee', 250],
        ['credit_note', -250],
      ],
      1000,
      'payment',
    ],
  ] as const)('and payments: closed by %s', async (_what, adjustments, paid, closed_by) => {
    const { id } = await bill()
    for (const [kind, amount] of adjustments) await adjust(`bills/${id}`, { kind, amount, reason: 'x' })
    if (paid > 0) await pay(id, paid)
    expect(await shownBill(id)).toMatchObject({ status: 'paid', closed_by, amount_paid: paid, amount_remaining: 0 })
  })

  test('goes over amount_due and not below zero, and what was set as paid goes up to what is asked for', async () => {
    const { id } = await bill()
    const below = await adjust(`bills/${id}`, { amount: -1001, reason: 'x' })
    expect([below.status, below.body.code, below.body.errors[0].pointer]).toEqual([
      422,
      'amount_exceeds_remaining',
      '/amount',
    ])
    expect((await adjust(`bills/${id}`, { kind: 'fee', amount: 200, reason: 'x' })).body.balance_after).toBe(1200)
    const above = await adjust(`bills/${id}`, { amount: 999_999_999_999, reason: 'x' })
    expect([above.status, above.body.code]).toEqual([422, 'amount_out_of_range'])
    await adjust(`bills/${id}`, { kind: 'write_off', amount: -100, reason: 'x' })
    await pay(id, 300)
    const set = (amount_paid: number) => server.api('PATCH', `/billing/bills/${id}`, { amount_paid })
    expect((await set(1101)).body.code).toBe('amount_exceeds_remaining')
    expect((await set(299)).body.code).toBe('amount_paid_below_applied')
    expect((await set(1100)).body).toMatchObject({ status: 'paid', amount_paid: 1100, closed_by: 'mixed' })
    expect((await set(300)).body).toMatchObject({ status: 'unpaid', amount_paid: 300, amount_remaining: 800 })
    await shownBill(id)
  })

  test('moves the ETag and the version of the bill', async () => {
    const { id } = await bill()
    const etag = (await server.api('GET', `/billing/bills/${id}`)).headers.get('etag') as string
    await adjust(`bills/${id}`, { amount: -1, reason: 'x' })
    const refused = await server.api('PATCH', `/billing/bills/${id}`, { amount_paid: 1 }, { 'if-match': etag })
    expect(refused.body.code).toBe('precondition_failed')
  })

  test('is voided with it: nothing of the bill is left in any system account', async () => {
    const { id, external_reference } = await bill()
    await adjust(`bills/${id}`, { kind: 'fee', amount: 70, reason: 'x' })
    await adjust(`bills/${id}`, { kind: 'discount', amount: -50, reason: 'x' })
    await adjust(`bills/${id}`, { kind: 'credit_note', amount: -30, reason: 'x' })
    await adjust(`bills/${id}`, { kind: 'write_off', amount: -400, reason: 'x' })
    await adjust(`bills/${id}`, { amount: 5, reason: 'x' })
    expect(await heldOf(external_reference)).toEqual([
      ['adjustments', -5],
      ['credit_notes', 30],
      ['discounts', 50],
      ['fees_charged', -70],
      ['sales', -1000],
      ['write_offs', 400],
    ])
    const voided = await server.api('POST', `/billing/bills/${id}/void`)
    expect(voided.body).toMatchObject({ status: 'voided', amount_paid: 0, amount_written_off: 400 })
    expect(voided.body).not.toHaveProperty('closed_by')
    expect(await heldOf(external_reference)).toEqual([])
    await shownBill(id)
  })

  test('that left nothing remaining does not keep the bill from being voided', async () => {
    const { id, external_reference } = await bill()
    await adjust(`bills/${id}`, { kind: 'write_off', amount: -1000, reason: 'x' })
    expect((await server.api('POST', `/billing/bills/${id}/void`)).body.status).toBe('voided')
    expect(await heldOf(external_reference)).toEqual([])
  })
})

describe('every kind of adjustment', () => {
  const kinds = [
    ['fee', 10, 'fees_charged'],
    ['credit_note', -10, 'credit_notes'],
    ['discount', -10, 'discounts'],
    ['write_off', -10, 'write_offs'],
    ['adjustment', 10, 'adjustments'],
    ['adjustment', -10, 'adjustments'],
  ] as const

  test.each(kinds)(
    '%s of %i stands in its own system account, %s, and in the history by its name',
    async (kind, amount, account_) => {
      const customer = `every-${++count}`
      await server.api('POST', '/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 500 })
      const owners = [`customers/${customer}`, `accounts/${(await account()).id}`, `bills/${(await bill()).id}`]
      for (const owner of owners) {
        const sent = { kind, amount, reason: 'Because', label: 'Late fee', reference: 'CN 7/2026' }
        const { status, body } = await adjust(owner, sent)
        expect([status, body]).toMatchObject([201, sent])
        const [entry] = (await server.api('GET', `/billing/${owner}/entries?limit=1`)).body.data
        expect(entry).toMatchObject({ ...sent, source: body.id })
        const { rows } = await server.database.pool.query(
          'select system_account, amount from ledger_entry where transaction_id = $1 and system_account is not null',
          [parseId('transaction', entry.transaction)],
        )
        expect(rows).toEqual([{ system_account: account_, amount: BigInt(-amount) }])
      }
    },
  )

  test.each(kinds.filter(([kind]) => kind !== 'adjustment'))('%s goes one way only', async (kind, amount) => {
    const refused = await adjust(`accounts/${(await account()).id}`, { kind, amount: -amount, reason: 'x' })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/amount'])
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
      await shownBill(id)
    }
  })
})

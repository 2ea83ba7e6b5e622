import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fingerprint } from '../fuzz/fingerprint.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

let server: TestServer
let account: string
beforeAll(async () => {
  server = await testServer()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`
const keyed = (key: string) => ({ 'idempotency-key': key })
const send = (rows: unknown, query = '', headers: Record<string, string> = {}) =>
  server.api('POST', `/billing/payments/batch${query}`, { rows }, headers)
const payment = (more: object = {}) => ({
  amount: 5,
  currency: 'ZAR',
  channel: 'till',
  reference: unique('R'),
  account,
  ...more,
})
const balanceOf = async (named: string) => (await server.api('GET', `/billing/accounts/${named}`)).body.balance
const codesOf = (data: { status: number; body: { code?: string } }[]) =>
  data.map(({ status, body }) => (body.code === undefined ? status : `${status} ${body.code}`))

beforeEach(async () => {
  account = await newAccount()
})

async function newAccount(headers: Record<string, string> = {}): Promise<string> {
  const body = {
    customer: { external_reference: unique('C') },
    external_reference: unique('A'),
    currency: 'ZAR',
    balance: 100_000,
  }
  return (await server.api('POST', '/billing/accounts', body, headers)).body.id
}

describe('the outcomes', () => {
  test('are those of the single calls, in the order of the rows', async () => {
    const known = payment()
    const first = await server.api('POST', '/billing/payments', known)
    const { external_reference } = (await server.api('GET', `/billing/accounts/${account}`)).body
    const answer = await send([
      payment(),
      payment({ account: 'nobody' }),
      known,
      { ...known, amount: 6 },
      payment({ account: undefined, allocations: [{ account, amount: 6 }] }),
      payment({ account: external_reference }),
      payment({ metadata: { card: '4111 1111 1111 1111' } }),
    ])
    expect(answer.status).toBe(200)
    expect(codesOf(answer.body.data)).toEqual([
      201,
      '404 not_found',
      200,
      '409 payment_reference_conflict',
      '422 invalid_allocation',
      201,
      '422 card_number',
    ])
    expect(answer.body).toMatchObject({ succeeded: 3, failed: 4 })
    expect(answer.body.data[1].body.errors).toMatchObject([{ pointer: '/account' }])
    expect(answer.body.data[2].body.id).toBe(first.body.id)
    expect(answer.body.data[3].body).toMatchObject({ payment_id: first.body.id, errors: [{ pointer: '/amount' }] })
    expect(await balanceOf(account)).toBe(100_000 - 15)
  })

  test('of a thousand rows come in their order', async () => {
    const rows = Array.from({ length: 1_000 }, () => payment())
    const { body } = await send(rows)
    expect(body).toMatchObject({ succeeded: 1_000, failed: 0 })
    const references = body.data.map((one: { body: { reference: string } }) => one.body.reference)
    expect(references).toEqual(rows.map(({ reference }) => reference))
    expect(await balanceOf(account)).toBe(100_000 - 5_000)
  })

  test('of a reference that comes twice are one payment, or one and a conflict', async () => {
    const [row, other] = [payment(), payment()]
    const { data } = (await send([row, row, other, { ...other, amount: 6 }])).body
    expect(data.map(({ status }: { status: number }) => status).sort()).toEqual([200, 201, 201, 409])
    expect(data[0].body.id).toBe(data[1].body.id)
  })
})

describe('sent again', () => {
  test('with its key it is replayed to the byte, refusals too', async () => {
    const rows = [payment(), payment({ account: undefined, allocations: [{ account, amount: 6 }] }), payment()]
    const key = unique('key')
    const first = await send(rows, '', keyed(key))
    const again = await send(rows, '', keyed(key))
    expect(codesOf(first.body.data)).toEqual([201, '422 invalid_allocation', 201])
    expect(again.text).toBe(first.text)
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
    expect(await balanceOf(account)).toBe(100_000 - 10)
  })

  test('at the same time it has one effect and one answer', async () => {
    const rows = Array.from({ length: 100 }, () => payment())
    const key = unique('key')
    const answers = await Promise.all([1, 2, 3].map(() => send(rows, '', keyed(key))))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]?.body).toMatchObject({ succeeded: 100 })
    expect(await balanceOf(account)).toBe(100_000 - 500)
  })

  test('with a row put right it carries that one out; a row that was done may not be another', async () => {
    const rows = [payment(), payment({ account: 'nobody' }), payment()]
    const key = unique('key')
    const first = (await send(rows, '', keyed(key))).body.data
    const right = [rows[0], { ...rows[1], account }, { ...rows[2], amount: 6 }]
    const { data } = (await send(right, '', keyed(key))).body
    expect(codesOf(data)).toEqual([201, 201, '422 idempotency_key_reused'])
    expect(data[0]).toEqual(first[0])
    expect(await balanceOf(account)).toBe(100_000 - 15)
  })

  test('without a key each row is the payment of its reference', async () => {
    const rows = [payment(), payment()]
    const first = (await send(rows)).body.data
    const { data } = (await send(rows)).body
    expect(codesOf(data)).toEqual([200, 200])
    expect(data.map(({ body }: { body: object }) => body)).toEqual(first.map(({ body }: { body: object }) => body))
  })

  test('its keys are no keys that a single call can have', async () => {
    const key = unique('key')
    const row = payment()
    await send([row], '', keyed(key))
    for (const other of [`${key} 0`, key]) {
      const answer = await server.api('POST', '/billing/payments', payment(), keyed(other))
      expect(answer.status).toBe(other === key ? 201 : 400)
    }
    const long = 'k'.repeat(255)
    expect((await send([row, payment()], '', keyed(long))).body).toMatchObject({ succeeded: 2 })
    expect((await send([row, payment()], '', keyed(`${long}k`))).body.code).toBe('invalid_idempotency_key')
  })
})

describe('a malformed row', () => {
  const malformed = () => [
    payment(),
    payment({ amount: '5' }),
    payment({ amont: 5, received_at: 'yesterday' }),
    'no object',
    payment({ received_at: '2199-01-01T00:00:00Z' }),
  ]

  test('refuses all of them with the faults of all, and nothing is written', async () => {
    const before = await fingerprint(server)
    const answer = await send(malformed(), '', keyed(unique('key')))
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request'])
    expect(answer.body.detail).toMatch(/^4 of 5 rows are malformed/)
    expect(answer.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code])).toEqual([
      ['/rows/1/amount', 'invalid_type'],
      ['/rows/2/received_at', 'invalid_value'],
      ['/rows/2/amont', 'unknown_member'],
      ['/rows/3', 'invalid_type'],
      ['/rows/4/received_at', 'invalid_request'],
    ])
    expect(answer.body.errors[2].detail).toContain('did you mean `amount`?')
    expect(await fingerprint(server)).toEqual(before)
  })

  test('is its own outcome when asked for, as the single call answers it', async () => {
    const rows = malformed()
    const { data } = (await send(rows, '?partial=true')).body
    expect(codesOf(data)).toEqual([201, ...Array(4).fill('400 invalid_request')])
    const single = await server.api('POST', '/billing/payments', rows[2])
    expect(data[2].body).toEqual({ ...single.body, instance: '/billing/payments/batch' })
    expect(await balanceOf(account)).toBe(100_000 - 5)
  })

  test('is told a hundred times at most', async () => {
    const { body } = await send(Array.from({ length: 1_000 }, () => payment({ amount: 0, color: 'red' })))
    expect(body.errors).toHaveLength(100)
    expect(body.errors[99].pointer).toMatch(/^\/rows\/49\//)
    // As outcomes they are told of every row, but not all of them.
    const wrong = Object.fromEntries(Array.from({ length: 95 }, (_, index) => [`amoun${index}`, 1]))
    const rows = Array.from({ length: 1_000 }, () => payment(wrong))
    const { data } = (await send(rows, '?partial=true')).body
    const told = data.map((one: { body: { errors: unknown[] } }) => one.body.errors.length)
    expect([told[0], told.at(-1)]).toEqual([20, 1])
    expect(Math.min(...told)).toBe(1)
  })
})

describe('a body', () => {
  test('of none, or of more than a thousand rows, or of no list, is refused', async () => {
    const before = await fingerprint(server)
    const many = Array.from({ length: 1_001 }, () => payment())
    for (const rows of [[], many, {}, 'rows', null, undefined]) {
      const { status, body } = await send(rows)
      expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_request', '/rows'])
    }
    expect(await fingerprint(server)).toEqual(before)
  })

  test('of 2 MiB is read, and one byte more is not', async () => {
    const text = JSON.stringify({ rows: [payment()] })
    const filled = (size: number) => text + ' '.repeat(size - text.length)
    const limit = 2 * 1024 * 1024
    expect((await server.api('POST', '/billing/payments/batch', filled(limit + 1))).body.code).toBe('body_too_large')
    expect((await server.api('POST', '/billing/payments/batch', filled(limit))).body).toMatchObject({ succeeded: 1 })
    // Of other operations the limit is what it was.
    const single = await server.api('POST', '/billing/payments', filled(256 * 1024 + 1))
    expect([single.status, single.body.code]).toEqual([413, 'body_too_large'])
  })

  test('that is nested deep is refused', async () => {
    const deep = `{"rows":[{"metadata":${'['.repeat(10_000)}${']'.repeat(10_000)}}]}`
    expect((await server.api('POST', '/billing/payments/batch', deep)).body.code).toBe('invalid_request')
  })
})

describe('a dry run', () => {
  test('says of each row what would happen, and writes nothing', async () => {
    const known = payment()
    const { id } = (await server.api('POST', '/billing/payments', known)).body
    const returned = (await server.api('POST', '/billing/payments', payment())).body
    await server.api('POST', `/billing/payments/${returned.id}/reversals`, { reason: 'bounced' })
    const rows = [
      payment(),
      known,
      { ...known, amount: 6 },
      payment({ account: 'nobody' }),
      payment({ reference: returned.reference, replaces: returned.id }),
      payment({ reference: known.reference, replaces: id }),
      payment({ account: undefined, allocations: [{ account, amount: 6 }] }),
    ]
    const before = await fingerprint(server)
    const dry = (await send(rows, '?dry_run=true', keyed(unique('key')))).body
    expect(await fingerprint(server)).toEqual(before)
    expect(codesOf(dry.data)).toEqual([
      201,
      200,
      '409 payment_reference_conflict',
      '404 not_found',
      201,
      '409 payment_state',
      '422 invalid_allocation',
    ])
    expect(dry.data[0].body).toMatchObject({ applied: [{ amount: 5, balance_after: 100_000 - 10 }] })
    expect(dry.data[1].body.id).toBe(id)
    const wet = (await send(rows)).body
    expect(codesOf(wet.data)).toEqual(codesOf(dry.data))
  })

  test('refuses malformed rows as the batch itself does', async () => {
    const rows = [payment(), payment({ amount: 0 })]
    expect((await send(rows, '?dry_run=true')).body.errors).toMatchObject([{ pointer: '/rows/1/amount' }])
    const { data } = (await send(rows, '?dry_run=true&partial=true')).body
    expect(codesOf(data)).toEqual([201, '400 invalid_request'])
    expect(await balanceOf(account)).toBe(100_000)
  })
})

test('another environment has other keys, other references and other objects', async () => {
  const live = { authorization: `Bearer ${server.liveKey}` }
  const key = unique('key')
  const row = payment()
  const inTest = await send([row], '', keyed(key))
  const strange = await send([row], '', { ...live, ...keyed(key) })
  expect([codesOf(inTest.body.data), codesOf(strange.body.data)]).toEqual([[201], ['404 not_found']])
  const own = await send([{ ...row, account: await newAccount(live) }], '', { ...live, ...keyed(key) })
  expect(codesOf(own.body.data)).toEqual([201])
  expect(own.body.data[0].body.mode).toBe('live')
  expect(await balanceOf(account)).toBe(100_000 - 5)
})

describe('beside others', () => {
  test('a batch has no more in the queue than its limit, so that single payments find room', async () => {
    const { payments, batchLimits } = server.app
    let most = 0
    const apply = payments.apply
    payments.apply = (command) => {
      const answer = apply(command)
      most = Math.max(most, payments.waiting())
      return answer
    }
    const batches = [1, 2, 3].map(() => send(Array.from({ length: 1_000 }, () => payment())))
    const answers = await Promise.all(batches)
    payments.apply = apply
    expect(answers.map(({ body }) => body.succeeded)).toEqual([1_000, 1_000, 1_000])
    expect(most).toBeLessThanOrEqual(batchLimits.payments.size)
    expect(batchLimits.payments.free).toBe(batchLimits.payments.size)
  })
})

import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseId } from '../../src/core/id/id.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`
const post = async (path: string, body: object) => server.api('POST', path, body)
const record = (body: object) => post('/billing/payments', body)

/** A customer who owes on two accounts, and a payment to one of them that says all that can be said. */
async function prepare() {
  const customer = (await post('/billing/customers', { external_reference: unique('C') })).body
  const open = async () => {
    const account = { customer: customer.id, external_reference: unique('A'), currency: 'ZAR', balance: 100_000 }
    return (await post('/billing/accounts', account)).body
  }
  const [account, other] = [await open(), await open()]
  const payment = {
    amount: 5_000,
    currency: 'ZAR',
    channel: 'bank_transfer',
    reference: unique('RENT'),
    received_at: '2025-10-01T08:00:00Z',
    policy: 'oldest_first',
    account: account.id,
    metadata: { statement_line: '17', branch: 'Soweto' },
  }
  return { customer, account, other, payment }
}

const balanceOf = async (id: string) => (await server.api('GET', `/billing/accounts/${id}`)).body.balance

describe('a payment that is sent again with something else', () => {
  const changes: Record<string, (payment: object, other: { id: string }) => object> = {
    amount: (payment) => ({ ...payment, amount: 5_001 }),
    currency: (payment) => ({ ...payment, currency: 'USD' }),
    policy: (payment) => ({ ...payment, policy: 'in_order' }),
    metadata: (payment) => ({ ...payment, metadata: { statement_line: '88' } }),
    account: (payment, { id }) => ({ ...payment, account: id }),
    received_at: (payment) => ({ ...payment, received_at: '2025-11-01T08:00:00Z' }),
  }
  const members = Object.keys(changes)
  const subsets = Array.from({ length: 2 ** members.length - 1 }, (_, at) =>
    members.filter((_member, place) => ((at + 1) >> place) & 1),
  )

  test('is a conflict that names each member that differs, whichever they are, and the payment', async () => {
    const { account, other, payment } = await prepare()
    const first = await record(payment)
    expect(first.status).toBe(201)
    for (const subset of subsets) {
      const sent = subset.reduce((body, member) => changes[member]?.(body, other) ?? body, payment as object)
      const { status, body } = await record(sent)
      const pointers = body.errors?.map(({ pointer }: { pointer: string }) => pointer.slice(1)).sort()
      expect([subset, status, body.code, body.payment_id, pointers]).toEqual([
        subset,
        409,
        'payment_reference_conflict',
        first.body.id,
        subset.toSorted(),
      ])
    }
    expect([await balanceOf(account.id), await balanceOf(other.id)]).toEqual([95_000, 100_000])
  })

  test.each<[string, (ids: Awaited<ReturnType<typeof prepare>>) => object, string]>([
    ['the customer of the account', ({ customer }) => ({ customer: customer.id }), '/customer'],
    ['named amounts', ({ account }) => ({ allocations: [{ account: account.id, amount: 5_000 }] }), '/allocations'],
    [
      'several accounts',
      ({ account, other }) => ({
        policy: 'oldest_first',
        allocations: [{ account: other.id }, { account: account.id }],
      }),
      '/allocations',
    ],
  ])('names the target that it has now: %s', async (_name, target, pointer) => {
    const ids = await prepare()
    const { account: _, policy: __, ...rest } = ids.payment
    await record(ids.payment)
    const { status, body } = await record({ policy: undefined, ...rest, ...target(ids) })
    const pointers = body.errors.map((one: { pointer: string }) => one.pointer)
    expect([status, pointers.filter((one: string) => one !== '/policy')]).toEqual([409, [pointer]])
  })

  test('is a conflict, too, where the first had left that out', async () => {
    const { account, payment } = await prepare()
    const { received_at, metadata, policy, ...bare } = payment
    await record(bare)
    for (const more of [{ received_at }, { metadata }, { policy }]) {
      const { status, body } = await record({ ...bare, ...more })
      expect([status, body.errors[0].pointer]).toEqual([409, `/${Object.keys(more)[0]}`])
    }
    expect(await balanceOf(account.id)).toBe(95_000)
  })

  test('leaves one of several that are sent at once, and every other is told of it', async () => {
    const { account, payment } = await prepare()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, day) =>
        record({ ...payment, received_at: `2025-10-${String(day + 1).padStart(2, '0')}T08:00:00Z` }),
      ),
    )
    const won = answers.filter(({ status }) => status === 201)
    expect(won).toHaveLength(1)
    for (const { status, body } of answers.filter((answer) => answer !== won[0])) {
      expect([status, body.payment_id, body.errors[0].pointer]).toEqual([409, won[0]?.body.id, '/received_at'])
    }
    expect(await balanceOf(account.id)).toBe(95_000)
  })
})

describe('a payment that is sent again unchanged', () => {
  test.each<[string, (ids: Awaited<ReturnType<typeof prepare>>) => object]>([
    ['to the letter', () => ({})],
    ['the same instant by another clock', () => ({ received_at: '2025-10-01T10:00:00.000+02:00' })],
    ['without the instant', () => ({ received_at: undefined })],
    ['the account by its reference', ({ account }) => ({ account: account.external_reference })],
    ['metadata in another order', () => ({ metadata: { branch: 'Soweto', statement_line: '17' } })],
  ])('is the first payment: %s', async (_name, change) => {
    const ids = await prepare()
    const first = await record(ids.payment)
    const again = await record({ ...ids.payment, ...change(ids) })
    expect([again.status, again.body.id]).toEqual([200, first.body.id])
    expect(await balanceOf(ids.account.id)).toBe(95_000)
  })

  test('is the first payment where the rule that holds is named, and where the instant is the one that was answered', async () => {
    const { payment } = await prepare()
    const { policy: _, received_at: __, ...bare } = payment
    const first = await record(bare)
    const { received_at } = first.body
    const again = await record({ ...bare, policy: 'due_date_first', received_at })
    expect([again.status, again.body.id]).toEqual([200, first.body.id])
  })

  test('is the first payment after its metadata were erased, and what differs is still told', async () => {
    const { customer, payment } = await prepare()
    const first = await record(payment)
    await post(`/billing/customers/${customer.id}/pseudonymise`, {})
    expect((await record(payment)).status).toBe(200)
    const { status, body } = await record({ ...payment, amount: 1 })
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer)
    expect([status, body.payment_id, pointers]).toEqual([409, first.body.id, ['/amount']])
  })
})

describe('a payment from before requests were compared whole', () => {
  /** Puts the fingerprint in place that such a payment has: of amount, currency and target. */
  async function recordBefore({ account, payment }: Awaited<ReturnType<typeof prepare>>) {
    const { body } = await record(payment)
    const named = { account: parseId('account', account.id) }
    const { amount, currency } = payment
    const hash = createHash('sha256').update(JSON.stringify({ amount, currency, named })).digest()
    await server.database.owner.query('update payment_reference set fingerprint = $1 where reference = $2', [
      hash,
      payment.reference,
    ])
    return body
  }

  test('is compared by what was kept of it', async () => {
    const ids = await prepare()
    const first = await recordBefore(ids)
    const { payment } = ids
    for (const change of [{}, { received_at: '2025-11-01T08:00:00Z' }, { metadata: {} }, { policy: 'in_order' }]) {
      const again = await record({ ...payment, ...change })
      expect([change, again.status, again.body.id]).toEqual([change, 200, first.id])
    }
  })

  test.each([
    ['amount', () => ({ amount: 1 })],
    ['currency', () => ({ currency: 'USD' })],
    ['account', (other: { id: string }) => ({ account: other.id })],
  ])('is a conflict with another %s', async (member, change) => {
    const ids = await prepare()
    const first = await recordBefore(ids)
    const { status, body } = await record({ ...ids.payment, ...change(ids.other) })
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer)
    expect([status, body.payment_id, pointers]).toEqual([409, first.id, [`/${member}`]])
  })
})

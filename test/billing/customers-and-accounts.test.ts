import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const post = (path: string, body: object, headers?: Record<string, string>) =>
  server.api('POST', `/billing/${path}`, body, headers)
const get = (path: string) => server.api('GET', `/billing/${path}`)
const patch = (path: string, body: object, headers?: Record<string, string>) =>
  server.api('PATCH', `/billing/${path}`, body, headers)

// Customers and accounts hold balances by the same rules.
describe.each(['customers', 'accounts'] as const)('%s', (kind) => {
  let count = 0
  async function make(more: object = {}): Promise<string> {
    const reference = `${kind}-${++count}`
    const customer = kind === 'accounts' && { customer: { external_reference: `${reference}-owner` } }
    const answer = await post(kind, { external_reference: reference, ...customer, ...more })
    expect([answer.status, answer.text]).toEqual([201, answer.text])
    return `${kind}/${reference}`
  }

  test('only what was sent is changed, and null removes an optional field', async () => {
    const path = await make({ name: 'Before', currency: 'ZAR', balance: -5, metadata: { a: '1', b: '2' } })
    const { body: before } = await get(path)
    const { body } = await patch(path, { name: 'After' })
    expect({ ...body, updated_at: '' }).toEqual({ ...before, name: 'After', updated_at: '' })
    const gone = await patch(path, { name: null })
    expect(gone.body).not.toHaveProperty('name')
    expect((await patch(path, {})).status).toBe(200)
  })

  test('metadata is merged; null removes a key; the limit counts after the merge', async () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, 'v']))
    const path = await make({ metadata: ten })
    const refused = await patch(path, { metadata: { k10: 'v' } })
    expect([refused.status, refused.body.code]).toEqual([422, 'metadata_too_large'])
    expect((await get(path)).body.metadata).toEqual(ten)
    const { k0: _, ...rest } = ten
    expect((await patch(path, { metadata: { k10: 'v', k0: null } })).body.metadata).toEqual({ ...rest, k10: 'v' })
    const none = Object.fromEntries(Object.keys({ ...rest, k10: '' }).map((key) => [key, null]))
    expect((await patch(path, { metadata: none })).body).not.toHaveProperty('metadata')
  })

  test('metadata keeps names that mean something to a program', async () => {
    const path = await make({ metadata: { constructor: 'x', toString: 'y' } })
    expect((await get(path)).body.metadata).toEqual({ constructor: 'x', toString: 'y' })
  })

  test('a balance comes with its currency, later alone, and is set by the difference', async () => {
    const path = await make()
    expect((await get(path)).body).not.toHaveProperty('balance')
    expect((await patch(path, { balance: 5 })).body.code).toBe('currency_required')
    expect((await patch(path, { currency: 'ZAR' })).body).toMatchObject({ currency: 'ZAR' })
    expect((await patch(path, { currency: 'KES', balance: 5 })).body).toMatchObject({ currency: 'KES', balance: 5 })
    expect((await patch(path, { balance: -5 })).body.balance).toBe(-5)
    expect((await patch(path, { balance: 0, currency: 'KES' })).body.balance).toBe(0)
    const fixed = await patch(path, { currency: 'ZAR' })
    expect([fixed.status, fixed.body.code]).toEqual([409, 'currency_fixed'])
    const { rows } = await server.database.pool.query(
      `select t.kind, l.amount, l.balance_after from ledger_entry as l join ledger_transaction as t on t.id = l.transaction_id
       where l.receivable_id = (select id from ${kind.slice(0, -1)} where external_reference = $1) order by l.version`,
      [path.split('/')[1]],
    )
    expect(rows).toEqual([
      { kind: 'opening_balance', amount: 5n, balance_after: 5n },
      { kind: 'balance_set', amount: -10n, balance_after: -5n },
      { kind: 'balance_set', amount: 5n, balance_after: 0n },
    ])
  })

  test('the currency of a balance that nothing was entered on may change', async () => {
    const path = await make({ currency: 'ZAR', balance: 0 })
    expect((await patch(path, { currency: 'USD' })).body).toMatchObject({ currency: 'USD', balance: 0 })
  })

  test('the ETag moves with the object and with its balance, and If-Match holds a PATCH to it', async () => {
    const path = await make({ currency: 'ZAR', balance: 10 })
    const first = (await get(path)).headers.get('etag') as string
    expect((await get(path)).headers.get('etag')).toBe(first)
    const named = await patch(path, { name: 'x' }, { 'if-match': `"other", ${first}` })
    const second = named.headers.get('etag') as string
    expect([named.status, second === first]).toEqual([200, false])
    const stale = await patch(path, { name: 'y' }, { 'if-match': first })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    const target = { [kind.slice(0, -1)]: path.split('/')[1] }
    await post('payments', { amount: 1, currency: 'ZAR', channel: 'till', reference: path, ...target })
    expect((await patch(path, { balance: 10 }, { 'if-match': second })).status).toBe(412)
    expect((await patch(path, { balance: 10 }, { 'if-match': '*' })).status).toBe(200)
  })

  test('an Idempotency-Key on a PATCH replays the answer', async () => {
    const path = await make({ currency: 'ZAR', balance: 1 })
    const key = { 'idempotency-key': `patch-${path}` }
    const first = await patch(path, { balance: 7 }, key)
    await patch(path, { balance: 8 })
    const again = await patch(path, { balance: 7 }, key)
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true'])
    expect((await get(path)).body.balance).toBe(8)
    expect((await patch(path, { balance: 9 }, key)).body.code).toBe('idempotency_key_reused')
  })

  test('an id in the place of a reference wins over a reference that looks like it', async () => {
    const path = await make({ name: 'by id' })
    const { id } = (await get(path)).body
    const owner = kind === 'accounts' && { customer: { external_reference: `${id}-owner` } }
    expect((await post(kind, { external_reference: id, name: 'by reference', ...owner })).status).toBe(201)
    expect((await get(`${kind}/${id}`)).body.name).toBe('by id')
  })

  test('of ten equal creates at once one is made', async () => {
    const owner = kind === 'accounts' && { customer: 'ten-owner' }
    if (owner) await post('customers', { external_reference: 'ten-owner' })
    const body = { external_reference: `ten-${kind}`, currency: 'ZAR', balance: 1, ...owner }
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(kind, body)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  })
})

test('another environment sees nothing, changes nothing, and may use the same references', async () => {
  const live = { authorization: `Bearer ${server.liveKey}` }
  const { body } = await post('customers', {
    external_reference: 'two-worlds',
    name: 'Test',
    currency: 'ZAR',
    balance: 1,
  })
  for (const name of ['two-worlds', body.id]) {
    expect((await server.api('GET', `/billing/customers/${name}`, undefined, live)).status).toBe(404)
    expect((await server.api('PATCH', `/billing/customers/${name}`, { name: 'X' }, live)).status).toBe(404)
    expect((await server.api('GET', `/billing/customers/${name}/export`, undefined, live)).status).toBe(404)
    for (const action of ['archive', 'pseudonymise']) {
      expect((await server.api('POST', `/billing/customers/${name}/${action}`, undefined, live)).status).toBe(404)
    }
  }
  const account = { external_reference: 'stolen', customer: body.id }
  expect((await server.api('POST', '/billing/accounts', account, live)).status).toBe(404)
  const same = await server.api('POST', '/billing/customers', { external_reference: 'two-worlds' }, live)
  expect([same.status, same.body.mode]).toEqual([201, 'live'])
  expect((await get('customers/two-worlds')).body).toEqual(body)
})

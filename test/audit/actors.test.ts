import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
import { formatId, newId } from '../../src/core/id/id.ts'
import { createKey } from '../../src/merchant/keys.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

type Entry = { actor: string; action: string; object_kind: string; request_id: string | null }

async function changesOf(kind: string): Promise<Entry[]> {
  const { rows } = await server.database.pool.query<Entry>(
    'select actor, action, object_kind, request_id from audit_entry where object_kind = $1 order by id',
    [kind],
  )
  return rows
}

async function keyActor(): Promise<string> {
  const { rows } = await server.database.pool.query<{ id: string }>(
    "select k.id from api_key as k join environment as e on e.id = k.environment_id where e.mode = 'test'",
  )
  return `key:${rows[0]?.id}`
}

describe('who made a change is kept with it', () => {
  test('of a customer, an account and a bill: the key of each request', async () => {
    const customer = await server.api('POST', '/billing/customers', { external_reference: 'C1', name: 'Ada' })
    await server.api('PATCH', `/billing/customers/${customer.body.id}`, { name: 'Ada Byron' })
    await server.api('POST', `/billing/customers/${customer.body.id}/archive`)
    const key = await keyActor()
    expect(await changesOf('customer')).toEqual(
      ['created', 'updated', 'archived'].map((action) => ({
        actor: key,
        action,
        object_kind: 'customer',
        request_id: expect.stringMatching(/^req_/),
      })),
    )
    await server.api('POST', '/billing/bills', {
      customer: { external_reference: 'C2' },
      account: { external_reference: 'A2' },
      external_reference: 'B2',
      currency: 'ZAR',
      amount_due: 500,
    })
    await server.api('POST', '/billing/bills/B2/void')
    expect((await changesOf('account')).map(({ action }) => action)).toEqual(['created'])
    expect((await changesOf('bill')).map(({ action }) => action)).toEqual(['created', 'voided'])
  })

  test('of settings and endpoints', async () => {
    await server.api('PATCH', '/settings', { name: 'Acme' })
    const made = await server.api('POST', '/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook' })
    await server.api('DELETE', `/webhooks/endpoints/${made.body.id}`)
    expect((await changesOf('settings')).map(({ action }) => action)).toEqual(['updated'])
    expect((await changesOf('endpoint')).map(({ action }) => action)).toEqual(['created', 'deleted'])
  })

  test('of keys: the command that made them', async () => {
    const slug = (await server.api('GET', '/settings')).body.merchant
    await createKey(server.database.pool, { slug, mode: 'live' }, new Date())
    const actors = (await changesOf('api_key')).map(({ actor }) => actor)
    expect(actors).toEqual(['command:merchants create', 'command:merchants create', 'command:keys create'])
  })

  test('of a payment through a page: the page, in the history too', async () => {
    const account = await server.api('POST', '/billing/accounts', {
      customer: { external_reference: 'C3' },
      external_reference: 'A3',
      currency: 'ZAR',
      balance: 700,
    })
    await payThroughPages(account.body.presentment_url)
    expect((await changesOf('payment')).map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'page:payment created',
      'page:payment updated',
    ])
    const { data } = (await server.api('GET', `/billing/accounts/${account.body.id}/entries`)).body
    expect(data.map((entry: { kind: string; actor: object }) => [entry.kind, entry.actor])).toEqual([
      ['payment', { page: 'payment' }],
      ['opening_balance', { key: expect.stringMatching(/^key_/) }],
    ])
  })

  test('and nobody may change or delete what was kept', async () => {
    await expect(server.database.pool.query('update audit_entry set actor = $1', ['key:x'])).rejects.toThrow(
      /permission denied/,
    )
    await expect(server.database.pool.query('delete from audit_entry')).rejects.toThrow(/permission denied/)
    const bare =
      'insert into ledger_transaction select (t).* from (select t from ledger_transaction as t limit 1) as one'
    await expect(
      server.database.pool.query(
        bare.replace(
          'select (t).*',
          'select gen_random_uuid(), 1, 1, (t).kind, (t).source_id, null, null, now(), now(), null',
        ),
      ),
    ).rejects.toThrow(/ledger_transaction_has_actor/)
  })
})

// The last, since it counts on what was done above.
describe('the list of who changed what', () => {
  type Shown = { id: string; at: string; actor: object; action: string; object_kind: string; object?: string }
  const audit = async (query = ''): Promise<Shown[]> => (await server.api('GET', `/audit?limit=100${query}`)).body.data
  const told = ({ action, object_kind }: Shown) => `${object_kind} ${action}`

  test('has stored changes and movements of money in one order, newest first, on pages that lead on', async () => {
    const whole = await audit()
    expect(whole.map(told)).toEqual(
      expect.arrayContaining([
        'customer archived',
        'settings updated',
        'payment payment',
        'adjustment opening_balance',
      ]),
    )
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .sort()
        .reverse(),
    )
    const walked: Shown[] = []
    let cursor = ''
    do {
      const { body } = await server.api('GET', `/audit?limit=4${cursor}`)
      walked.push(...body.data)
      cursor = body.has_more ? `&cursor=${body.next_cursor}` : ''
    } while (cursor !== '')
    expect(walked).toEqual(whole)
    const moved = whole.find((one) => told(one) === 'payment payment')
    expect(moved).toEqual({
      id: expect.stringMatching(/^txn_/),
      at: expect.any(String),
      actor: { page: 'payment' },
      action: 'payment',
      object_kind: 'payment',
      object: expect.stringMatching(/^pay_/),
      request_id: expect.any(String),
    })
  })

  test('is narrowed by who, by what, and by when', async () => {
    const whole = await audit()
    const [row] = (await server.database.pool.query("select id from api_key where hint like 'sk_test%'")).rows
    const key = formatId('api_key', row.id)
    const byKey = await audit(`&actor=${key}`)
    expect(byKey).toEqual(whole.filter(({ actor }) => 'key' in actor && actor.key === key))
    const byPage = await audit('&actor=page:payment')
    expect(byPage.map(told).sort()).toEqual(['payment created', 'payment payment', 'payment updated'])
    const customer = (await server.api('GET', '/billing/customers/C1')).body.id
    const ofCustomer = await audit(`&object=${customer}`)
    expect(ofCustomer.map(({ action, object }) => `${action} ${object}`)).toEqual(
      ['archived', 'updated', 'created'].map((action) => `${action} ${customer}`),
    )
    expect(await audit(`&object=${customer}&actor=page:payment`)).toEqual([])
    const at = ofCustomer[1]?.at as string
    expect(await audit(`&object=${customer}&from=${at}&to=${at}`)).toEqual([ofCustomer[1]])
    expect(await audit(`&to=${at}`)).toEqual(whole.filter((one) => one.at <= at))
  })

  test('names the processor, and holds nothing that is secret or personal', async () => {
    await server.api('PATCH', '/settings/processors/simulator', { position: 3 })
    const { text, body } = await server.api('GET', '/audit?limit=1')
    expect(body.data[0]).toMatchObject({ action: 'updated', object_kind: 'processor', object: 'simulator' })
    expect(text).not.toMatch(/Ada|Byron/)
  })

  test('is of one environment', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    const { data } = (await server.api('GET', '/audit', undefined, live)).body
    expect(data.map(told)).toEqual(['api_key created', 'api_key created'])
    const customer = (await server.api('GET', '/billing/customers/C1')).body.id
    expect((await server.api('GET', `/audit?object=${customer}`, undefined, live)).body.data).toEqual([])
  })

  test.each([
    ['actor', 'nobody'],
    ['actor', formatId('customer', newId(1, 1))],
    ['object', 'C1'],
    ['from', 'yesterday'],
  ])('refuses %s=%s', async (parameter, value) => {
    const { status, body } = await server.api('GET', `/audit?${parameter}=${value}`)
    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ parameter })]])
  })

  test('looks through so many rows for a page, and leads on to what is behind them', async () => {
    const before = await audit()
    // The live environment is busy.
    await server.database.owner.query(
      `insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, recorded_at)
       select new_id(now(), 7), 7, e.id, 'job:test', 'updated', 'settings', now()
       from environment as e, generate_series(1, 6000) where e.mode = 'live'`,
    )
    const first = (await server.api('GET', '/audit?limit=100')).body
    expect([first.data, first.has_more]).toEqual([[], true])
    const second = (await server.api('GET', `/audit?limit=100&cursor=${first.next_cursor}`)).body
    expect([second.data, second.has_more]).toEqual([before, false])
  })
})

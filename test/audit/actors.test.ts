import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
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

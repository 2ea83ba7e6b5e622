import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callerAddress } from '../../src/api/caller-address.ts'
import type { FastifyRequest } from '../../src/api/fastify.ts'
import { deleteOldAuditDetails } from '../../src/audit/old-details.ts'
import { differenceOf } from '../../src/audit/values.ts'
import { parseId } from '../../src/core/id/id.ts'
import { readNetworks } from '../../src/core/networks.ts'
import { findClients } from '../../src/limits/client-address.ts'
import { pauseEndpoint } from '../../src/webhooks/delivery/pausing.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

type Entry = {
  action: string
  object_kind: string
  object?: string
  address?: string
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}
const address = '127.0.0.1'

/** The newest changes, or those of an object. */
async function audit(object?: string): Promise<Entry[]> {
  const query = object === undefined ? '' : `&object=${object}`
  return (await server.api('GET', `/audit?limit=100${query}`)).body.data
}

/** What the newest change says of itself. */
async function newest(object?: string): Promise<Pick<Entry, 'action' | 'address' | 'before' | 'after'>> {
  const [entry] = await audit(object)
  const { action, address, before, after } = entry as Entry
  return {
    action,
    ...(address !== undefined && { address }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  }
}

let made = 0
async function customer(more: object = {}): Promise<string> {
  made += 1
  const body = {
    external_reference: `C-${made}`,
    name: 'Ada Byron',
    email: 'ada@example.com',
    currency: 'ZAR',
    ...more,
  }
  return (await server.api('POST', '/billing/customers', body)).body.id
}
const change = (id: string, patch: object) => server.api('PATCH', `/billing/customers/${id}`, patch)

describe('what a change left otherwise, and from where it came', () => {
  test('of settings: the fields that differ and no others', async () => {
    const { body } = await server.api('GET', '/settings')
    await server.api('PATCH', '/settings', { name: 'Acme Water', time_zone: 'Africa/Harare', receipt_requests: true })
    expect(await newest()).toEqual({
      action: 'updated',
      address,
      before: { time_zone: body.time_zone, receipt_requests: body.receipt_requests },
      after: { time_zone: 'Africa/Harare', receipt_requests: true },
    })
  })

  test('of an endpoint, without its secret, and with headers as they are shown', async () => {
    const secretive = { 'X-Api-Key': 'a-secret-of-theirs-7f2c' }
    const url = 'http://127.0.0.1:9/hook'
    const created = await server.api('POST', '/webhooks/endpoints', { url, headers: secretive })
    const { id, secret } = created.body
    const entry = await newest(id)
    expect(entry).toMatchObject({ action: 'created', address, after: { url, headers: { 'X-Api-Key': '••••7f2c' } } })
    expect(entry).not.toHaveProperty('before')

    await server.api('PATCH', `/webhooks/endpoints/${id}`, { description: 'for the books', event_types: ['bill.*'] })
    expect(await newest(id)).toEqual({
      action: 'updated',
      address,
      before: { description: null, event_types: null },
      after: { description: 'for the books', event_types: ['bill.*'] },
    })
    const rotated = await server.api('POST', `/webhooks/endpoints/${id}/secret_rotations`, {})
    expect(await newest(id)).toMatchObject({
      before: { previous_secret_valid_until: null },
      after: { previous_secret_valid_until: rotated.body.previous_valid_until },
    })
    await server.api('DELETE', `/webhooks/endpoints/${id}`)
    const gone = await newest(id)
    expect(gone).toMatchObject({ action: 'deleted', address, before: { url, description: 'for the books' } })
    expect(gone).not.toHaveProperty('after')
    const text = JSON.stringify(await audit(id))
    for (const hidden of [secret, rotated.body.secret, secretive['X-Api-Key']]) expect(text).not.toContain(hidden)
  })

  test('of an endpoint that the server pauses: no address, since nobody called', async () => {
    const { id } = (await server.api('POST', '/webhooks/endpoints', { url: 'http://127.0.0.1:9/paused' })).body
    const endpoint_id = parseId('endpoint', id) as string
    await pauseEndpoint(server.app.pool, { endpoint_id, reason: 'gone' }, new Date())
    expect(await newest(id)).toEqual({
      action: 'updated',
      before: { status: 'enabled', status_reason: null },
      after: { status: 'paused', status_reason: 'gone' },
    })
  })

  test('of a key: what it may do and until when, and nothing that would recognise it', async () => {
    const { body: key } = await server.api('POST', '/settings/keys', { scopes: ['read', 'billing'] })
    expect(await newest(key.id)).toEqual({
      action: 'created',
      address,
      after: { kind: 'secret', scopes: ['read', 'billing'] },
    })
    const { body: rolled } = await server.api('POST', `/settings/keys/${key.id}/rolls`, { overlap_hours: 1 })
    expect(await newest(key.id)).toEqual({
      action: 'updated',
      address,
      before: { expires_at: null },
      after: { expires_at: rolled.previous_valid_until },
    })
    await server.api('DELETE', `/settings/keys/${rolled.id}`)
    expect(await newest(rolled.id)).toEqual({
      action: 'revoked',
      address,
      before: { revoked_at: null },
      after: { revoked_at: expect.any(String) },
    })
    const text = JSON.stringify(await audit())
    for (const hidden of [key.secret, key.hint, rolled.secret, rolled.hint]) expect(text).not.toContain(hidden)
  })

  test('of a processor: of its secrets the end, and what it was when it is forgotten', async () => {
    const secrets = { secret_key: 'sk_test_aPaystackKeyOfTheTest' }
    const path = '/settings/processors/paystack'
    const set = await server.api('PATCH', `${path}?verify=false`, { enabled: true, secrets, currencies: ['ZAR'] })
    expect(set.status).toBe(200)
    const entry = await newest()
    expect(entry).toMatchObject({
      action: 'updated',
      address,
      before: { enabled: false, secrets: {} },
      after: { enabled: true, secrets: { secret_key: { last4: 'Test' } }, currencies: ['ZAR'] },
    })
    await server.api('DELETE', path)
    expect(await newest()).toMatchObject({ action: 'deleted', address, before: { enabled: true, currencies: ['ZAR'] } })
    const text = JSON.stringify(await audit())
    expect(text).not.toContain(secrets.secret_key)
    expect(text).not.toContain(set.body.callback_url)
  })

  test('of a value that is long: how long it was', async () => {
    const url = `http://127.0.0.1:9/${'x'.repeat(1_500)}`
    const { id } = (await server.api('POST', '/webhooks/endpoints', { url })).body
    const after = (await newest(id)).after
    expect(after?.url).toEqual({ characters: url.length + 2 })
    expect(JSON.stringify(after).length).toBeLessThan(1_000)
  })

  test('is kept of what was merely created in Billing neither', async () => {
    expect(await newest(await customer())).toEqual({ action: 'created' })
  })
})

describe('a personal value', () => {
  test('is a fingerprint: another one for another value, and the same one when it comes back', async () => {
    const id = await customer({ metadata: { meter: 'M-77' } })
    await change(id, { name: 'Ada Lovelace', email: null, locale: 'fr', metadata: { meter: 'M-78' } })
    await change(id, { name: 'Ada Byron' })
    const [back, away] = await audit(id)
    expect(away).toMatchObject({
      action: 'updated',
      address,
      before: { locale: null },
      after: { email: null, locale: 'fr' },
    })
    expect(away?.before?.name).toEqual({ fingerprint: expect.stringMatching(/^[\w-]{22}$/) })
    expect(away?.after?.name).not.toEqual(away?.before?.name)
    expect(back?.after).toEqual({ name: away?.before?.name })
    // Fingerprints are random, and may hold any word.
    const values = JSON.stringify((await audit(id)).map(({ before, after }) => ({ before, after })))
    expect(values.replaceAll(/"fingerprint":"[^"]+"/g, '')).not.toMatch(/Ada|Byron|Lovelace|example\.com|M-7/)
  })

  test('has no fingerprint that would find it at another object, or in another field', async () => {
    const [one, other] = [await customer(), await customer({ name: 'Same', phone: '+27821234567' })]
    await change(one, { name: 'Same' })
    await change(other, { name: '+27821234567' })
    const print = async (id: string, side: 'before' | 'after') => (await newest(id))[side]?.name
    expect(await print(one, 'after')).not.toEqual(await print(other, 'before'))
    await change(other, { name: 'x', phone: null })
    const both = (await newest(other)).before
    expect(both?.name).not.toEqual(both?.phone)
  })

  test('of a bill and of an account is none either', async () => {
    const bill = await server.api('POST', '/billing/bills', {
      account: { external_reference: 'A-1', customer: { external_reference: 'C-of-A-1' } },
      external_reference: 'B-1',
      currency: 'ZAR',
      amount_due: 500,
      bill_date: '2026-01-01',
      due_date: '2026-02-01',
      description: 'Water of the Byrons',
    })
    const { id, account_id } = bill.body
    await server.api('PATCH', `/billing/bills/${id}`, { due_date: '2026-03-01', description: 'Water of Ada' })
    expect(await newest(id)).toEqual({
      action: 'updated',
      address,
      before: { due_date: '2026-02-01', description: { fingerprint: expect.any(String) } },
      after: { due_date: '2026-03-01', description: { fingerprint: expect.any(String) } },
    })
    const account = account_id ?? (await server.api('GET', '/billing/accounts/A-1')).body.id
    await server.api('PATCH', `/billing/accounts/${account}`, { name: 'The Byrons' })
    expect(await newest(account)).toMatchObject({
      before: { name: null },
      after: { name: { fingerprint: expect.any(String) } },
    })
  })

  test('goes with an erasure; that there were changes, and from where it was erased, stays', async () => {
    const [id, other] = [await customer(), await customer()]
    for (const one of [id, other]) await change(one, { name: 'Ada Lovelace' })
    await server.api('POST', `/billing/customers/${id}/pseudonymise`)
    expect((await audit(id)).map(({ action, address, before, after }) => ({ action, address, before, after }))).toEqual(
      [{ action: 'pseudonymised', address }, { action: 'updated' }, { action: 'created' }],
    )
    expect(await newest(other)).toMatchObject({ address, after: { name: { fingerprint: expect.any(String) } } })
  })
})

test('what moves a balance alone leaves nothing otherwise: its money is in the ledger', async () => {
  const id = await customer({ balance: 100 })
  await change(id, { balance: 300 })
  expect(await newest(id)).toEqual({ action: 'updated', address })
})

test('differences are found whatever the order of keys, and a change that is none has none', () => {
  expect(differenceOf({ rules: { a: 1, b: 2 }, gone: 1 }, { rules: { b: 2, a: 1 }, come: [] })).toEqual({
    before: { gone: 1, come: null },
    after: { gone: null, come: [] },
  })
  expect(differenceOf({ name: undefined }, { name: null })).toEqual({})
})

test.each([
  ['203.0.113.9', '2001:db8::1', false, '2001:db8::1'],
  ['203.0.113.9', "'; drop table audit_detail", false, '203.0.113.9'],
  ['::ffff:192.0.2.7', '2001:db8::1', false, '192.0.2.7'],
  ['192.0.2.7', undefined, true, undefined],
  [undefined, undefined, false, undefined],
])(
  'of %s, which forwards for %s, what is kept is an address, and not that of a payer',
  (remoteAddress, named, by_public_key, kept) => {
    const clientOf = findClients(readNetworks('203.0.113.0/24') ?? [], { warn: () => {} })
    const raw = { socket: { remoteAddress }, headers: { 'x-forwarded-for': named } } as unknown as FastifyRequest['raw']
    expect(callerAddress({ clientOf }, { raw, by_public_key })).toBe(kept)
  },
)

// The last: it takes from all that was done above.
test('after a year details go, in steps, and entries stay', async () => {
  const entries = await audit()
  const kept = async () => (await server.database.pool.query('select count(*)::int as n from audit_detail')).rows[0].n
  const before = await kept()
  expect(await deleteOldAuditDetails(server.app.pool, new Date(0), 3)).toBe(0)
  expect(await deleteOldAuditDetails(server.app.pool, new Date(Date.now() + 60_000), 3)).toBe(3)
  expect(await kept()).toBe(before - 3)
  expect(await deleteOldAuditDetails(server.app.pool, new Date(Date.now() + 60_000), 10_000)).toBe(before - 3)
  expect(await audit()).toEqual(entries.map(({ address, before, after, ...entry }) => entry))
})

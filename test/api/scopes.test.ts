import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { formatId, newId } from '../../src/core/id/id.ts'
import { sha256 } from '../../src/core/secret.ts'
import { createKey, revokeKey } from '../../src/merchant/keys.ts'
import { fingerprint } from '../fuzz/fingerprint.ts'
import { dump, hits } from '../support/dump.ts'
import { eventually } from '../support/eventually.ts'
import { openapi } from '../support/openapi.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'

const scopes = ['read', 'billing', 'payments', 'refunds', 'webhooks', 'settings', 'keys']
const clock = settableClock(new Date('2026-11-02T09:00:00Z'))
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const with_ = (secret: string) => ({ authorization: `Bearer ${secret}` })

function keys(secret: string, body: object, headers = {}): Promise<ApiAnswer> {
  // So that the newest is the first of the list.
  clock.advance(1)
  return server.api('POST', '/settings/keys', body, { ...with_(secret), ...headers })
}

/** A key with some scopes. */
async function keyWith(...given: string[]): Promise<string> {
  const { body, status } = await keys(server.key, { scopes: given })
  expect(status).toBe(201)
  return body.secret
}

/** Every operation of the document, with the scope that it needs, on objects that there are none of. */
const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase(),
    path: path.replaceAll(/\{(\w+)\}/g, (_, kind) =>
      kind === 'processor' ? 'nobody' : formatId(kind as 'bill', newId(1, 1)),
    ),
    security: (operation as unknown as { security: { secretKey?: string[]; publicKey?: [] }[] }).security,
  })),
)
const scopeOf = ({ security }: (typeof operations)[number]) => security[0]?.secretKey?.[0] as string

describe('an operation', () => {
  test('is refused to a key without its scope, whichever it is, and nothing is written', async () => {
    const others = new Map<string, string>()
    for (const scope of scopes) others.set(scope, await keyWith(...scopes.filter((one) => one !== scope)))
    const open = (await server.api('POST', '/collect/payment_sessions', { amount: 5, currency: 'ZAR' })).body
    const before = await fingerprint(server)
    for (const operation of operations) {
      const { id, method, path } = operation
      const scope = scopeOf(operation)
      // The body is not read.
      const body = method === 'GET' ? undefined : '{ no json'
      const { status, body: problem } = await server.api(method, path, body, {
        ...with_(others.get(scope) as string),
        'idempotency-key': 'never stored',
      })
      expect([id, status, problem.code]).toEqual([id, 403, 'insufficient_scope'])
      expect(problem.detail).toMatch(
        new RegExp(`^This needs a key with the scope ${scope}\\. The key that was sent has: `),
      )
    }
    const unread = with_(others.get('read') as string)
    const [one, none] = await Promise.all(
      [open.id, formatId('payment_session', newId(1, 1))].map((id) =>
        server.api('GET', `/collect/payment_sessions/${id}`, undefined, unread),
      ),
    )
    expect({ ...one?.body, instance: '' }).toEqual({ ...none?.body, instance: '' })
    expect(await fingerprint(server)).toEqual(before)
    expect(new Set(operations.map(scopeOf))).toEqual(new Set(scopes))
  })

  test('needs that scope alone', async () => {
    const own = new Map<string, string>()
    for (const scope of scopes) own.set(scope, await keyWith(scope))
    for (const operation of operations.filter(({ id }) => id !== 'rollApiKey' && id !== 'revokeApiKey')) {
      const { id, method, path } = operation
      const { body } = await server.api(method, path, undefined, with_(own.get(scopeOf(operation)) as string))
      expect([id, body?.code]).not.toEqual([id, 'insufficient_scope'])
    }
  })

  test('in many rows needs the scope of its rows', async () => {
    const rows = { rows: [{ external_reference: 'in-rows' }] }
    const sent = async (...given: string[]) =>
      (await server.api('POST', '/billing/customers/batch', rows, with_(await keyWith(...given)))).status
    expect([await sent('read', 'payments'), await sent('billing')]).toEqual([403, 200])
  })
})

describe('a key of a key', () => {
  test('is shown once, says what it may do, and is found in the list without its secret', async () => {
    const { body } = await keys(server.key, { scopes: ['read', 'read', 'billing'], expires_at: '2027-01-01T00:00:00Z' })
    expect(body).toEqual({
      id: expect.stringMatching(/^key_/),
      kind: 'secret',
      hint: `${body.secret.slice(0, 11)}…${body.secret.slice(-4)}`,
      scopes: ['read', 'billing'],
      mode: 'test',
      created_at: clock.now().toISOString(),
      expires_at: '2027-01-01T00:00:00.000Z',
      secret: expect.stringMatching(/^rk_test_[0-9a-f]{48}$/),
    })
    const { secret, ...shown } = body
    const listed = await server.api('GET', '/settings/keys?limit=2')
    expect(listed.body.data[0]).toEqual(shown)
    const next = await server.api('GET', `/settings/keys?limit=100&cursor=${listed.body.next_cursor}`)
    expect(next.body.data.at(-1).scopes).toEqual(scopes)
    expect(listed.text + next.text).not.toContain(secret)
    expect((await server.api('GET', '/settings/keys', undefined, with_(server.liveKey))).body.data).toHaveLength(1)
  })

  test('is replayed under an Idempotency-Key, and stands nowhere in the database', async () => {
    const send = () => keys(server.key, { scopes: ['read'] }, { 'idempotency-key': 'one-key' })
    const [first, again] = [await send(), await send()]
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true'])
    expect(hits(await dump(server.database), [first.body.secret])).toEqual([])
  })

  test('is replayed to no other key, which might not be given as much', async () => {
    const key = { 'idempotency-key': 'guessed' }
    const asked = { scopes: ['refunds'] }
    expect((await keys(server.key, asked, key)).status).toBe(201)
    const clerk = await keyWith('keys', 'read')
    const answer = await keys(clerk, asked, key)
    expect([answer.status, answer.body.code]).toEqual([403, 'insufficient_scope'])
  })

  test.each([
    [{}, '/scopes', 'required'],
    [{ scopes: [] }, '/scopes', 'too_small'],
    [{ scopes: ['write'] }, '/scopes/0', 'invalid_value'],
    [{ kind: 'public', scopes: ['read'] }, '/scopes', 'not_allowed'],
    [{ scopes: ['read'], expires_at: '2026-11-02T08:00:00Z' }, '/expires_at', 'invalid_request'],
  ])('is refused of %j', async (body, pointer, code) => {
    const answer = await keys(server.key, body)
    expect([answer.status, answer.body.errors]).toEqual([400, [expect.objectContaining({ pointer, code })]])
  })

  test('may do no more than the key that gives it, and neither may one that is rolled', async () => {
    const clerk = await keyWith('keys', 'read')
    expect((await keys(clerk, { scopes: ['read'] })).status).toBe(201)
    const more = await keys(clerk, { scopes: ['read', 'refunds'] })
    expect([more.status, more.body.code, more.body.errors[0].pointer]).toEqual([403, 'insufficient_scope', '/scopes'])
    expect(more.body.detail).toMatch(/lacks: refunds\.$/)
    expect((await keys(clerk, { kind: 'public' })).body.detail).toMatch(/lacks: payments\.$/)
    const { id: full } = (await server.api('GET', '/settings/keys?limit=100')).body.data.at(-1)
    const rolled = await server.api('POST', `/settings/keys/${full}/rolls`, {}, with_(clerk))
    expect([rolled.status, rolled.body.code]).toEqual([403, 'insufficient_scope'])
    // One that has each of the scopes of today does not have those to come.
    const each = await keyWith(...scopes)
    const short = await server.api('POST', `/settings/keys/${full}/rolls`, {}, with_(each))
    expect([short.status, short.body.detail]).toEqual([403, expect.stringMatching(/lacks: every scope\.$/)])
  })

  test('is rolled with an overlap by one that may do the same, and not when it is over', async () => {
    const made = (await keys(server.key, { scopes: ['read'] })).body
    const now = clock.now()
    const roll = (id: string, body = {}) => server.api('POST', `/settings/keys/${id}/rolls`, body)
    const { status, body } = await roll(made.id, { overlap_hours: 2 })
    expect([status, body]).toMatchObject([
      201,
      {
        scopes: ['read'],
        replaces: made.id,
        previous_valid_until: new Date(now.getTime() + 2 * 3_600_000).toISOString(),
      },
    ])
    const read = (secret: string) => server.api('GET', '/settings', undefined, with_(secret))
    expect([(await read(made.secret)).status, (await read(body.secret)).status]).toEqual([200, 200])
    clock.advance(2 * 3_600_000)
    await eventually(async () => (await read(made.secret)).body.code === 'key_expired', 'the first is over')
    expect((await roll(made.id)).body.code).toBe('key_state')
    const revoked = await server.api('DELETE', `/settings/keys/${body.id}`)
    expect([revoked.status, revoked.body.revoked_at]).toEqual([200, clock.now().toISOString()])
    await eventually(async () => (await read(body.secret)).body.code === 'key_revoked', 'the second is revoked')
    expect((await roll(body.id)).body.code).toBe('key_state')
    const who = await server.database.pool.query(
      "select action from audit_entry where object_kind = 'api_key' and actor like 'key:%' and request_id is not null order by id desc limit 4",
    )
    expect(who.rows.map(({ action }) => action).sort()).toEqual(['created', 'created', 'revoked', 'updated'])
  })

  test('of another environment is none', async () => {
    const { id } = (await keys(server.key, { scopes: ['read'] })).body
    for (const [method, path, body] of [
      ['DELETE', `/settings/keys/${id}`],
      ['POST', `/settings/keys/${id}/rolls`, {}],
    ] as const) {
      const answer = await server.api(method, path, body, with_(server.liveKey))
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found'])
    }
  })

  test('is left by none that was revoked within the second for which keys are cached', async () => {
    const secret = await keyWith('keys')
    expect((await keys(secret, { scopes: ['keys'] })).status).toBe(201)
    await revokeKey(server.database.pool, `${secret.slice(0, 11)}…${secret.slice(-4)}`, clock.now())
    const answer = await keys(secret, { scopes: ['keys'] })
    expect([answer.status, answer.body.code]).toEqual([403, 'key_revoked'])
  })

  test('and another that roll each other at once both end, and so do two rolls of one', async () => {
    const [one, other] = [await keys(server.key, { scopes: ['keys'] }), await keys(server.key, { scopes: ['keys'] })]
    const roll = (secret: string, id: string) => server.api('POST', `/settings/keys/${id}/rolls`, {}, with_(secret))
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => {
        const [by, of] = at % 2 === 0 ? [one, other] : [other, one]
        return roll(by.body.secret, of.body.id)
      }),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201))
  })
})

test('a server of the version before finds only keys that have every scope', async () => {
  const slug = (await server.api('GET', '/settings')).body.merchant
  const found = async (...rights: Parameters<typeof createKey>[1][]) => {
    const made = await Promise.all(rights.map((one) => createKey(server.database.pool, one, clock.now())))
    const hashes = made.map(({ secret }) => sha256(secret))
    const { rowCount } = await server.database.pool.query('select from api_key where hash = any ($1)', [hashes])
    return rowCount
  }
  const environment = { slug, mode: 'live' } as const
  expect(await found(environment)).toBe(1)
  expect(
    await found({ ...environment, kind: 'public', scopes: [] }, { ...environment, kind: 'secret', scopes: ['read'] }),
  ).toBe(0)
})

describe('a public key', () => {
  let secret: string
  const session = { amount: 500, currency: 'ZAR', metadata: { order: '7' } }
  const begin = (body: object, headers = {}): Promise<ApiAnswer> =>
    server.api('POST', '/collect/payment_sessions', body, { ...with_(secret), ...headers })
  beforeAll(async () => {
    const { body } = await keys(server.key, { kind: 'public' })
    expect(body).toMatchObject({ kind: 'public', scopes: [], secret: expect.stringMatching(/^pk_test_[0-9a-f]{48}$/) })
    secret = body.secret
  })

  test('begins payment sessions, and does nothing else', async () => {
    const options = { checkout_options: { return_url: 'https://shop.example.com/thanks' } }
    const { status, body } = await begin({ ...session, options })
    expect([status, body.session_url]).toEqual([201, expect.stringContaining('/checkout/')])
    const before = await fingerprint(server)
    for (const { id, method, path } of operations.filter((one) => one.id !== 'createPaymentSession')) {
      const answer = await server.api(method, path, undefined, with_(secret))
      expect([id, answer.status, answer.body.code]).toEqual([id, 403, 'insufficient_scope'])
    }
    expect(await fingerprint(server)).toEqual(before)
  })

  test('names nothing of Billing, takes no reference, and leaves nothing merely authorised', async () => {
    const refused = [
      ['/bill', { bill: 'INV-1' }],
      ['/account', { account: 'A-1' }],
      ['/customer', { customer: 'C-1' }],
      ['/external_reference', { external_reference: 'order-7' }],
      [
        '/options/payment_method_options',
        { options: { payment_method_options: { card: { capture_method: 'manual' } } } },
      ],
    ] as const
    for (const [pointer, more] of refused) {
      const answer = await begin({ ...session, ...more })
      expect([answer.status, answer.body.errors]).toEqual([400, [expect.objectContaining({ pointer })]])
    }
  })

  test('has Idempotency-Keys of its own, so that a page takes none of the merchant', async () => {
    const key = { 'idempotency-key': 'order-7' }
    const [first, again] = [await begin(session, key), await begin(session, key)]
    expect(again.text).toBe(first.text)
    const own = await server.api('POST', '/collect/payment_sessions', { ...session, amount: 700 }, key)
    expect(own.status).toBe(201)
  })

  test('is sent from pages of any site, where a secret key is not', async () => {
    const origin = { origin: 'https://shop.example.com' }
    const url = `${server.url}/collect/payment_sessions`
    const asked = { ...origin, 'access-control-request-method': 'POST' }
    const preflight = await fetch(url, { method: 'OPTIONS', headers: asked })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST'])
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, content-type, idempotency-key')
    const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin')
    expect(allowed(preflight)).toBe('*')
    expect(allowed(await begin(session, origin))).toBe('*')
    // A page has to be able to read why it was refused, too.
    expect(allowed(await begin({}, origin))).toBe('*')
    expect(allowed(await begin(session, { ...origin, ...with_('pk_test_unknown') }))).toBe('*')
    expect(allowed(await begin(session, { ...origin, ...with_(server.key) }))).toBeNull()
    for (const path of ['/settings', '/collect/payment_sessions/ps_x']) {
      const options = await fetch(server.url + path, { method: 'OPTIONS', headers: asked })
      expect([path, options.status, allowed(options)]).toEqual([path, 204, null])
      const answer = await fetch(server.url + path, { headers: { ...origin, ...with_(secret) } })
      expect([path, answer.status, allowed(answer)]).toEqual([path, 403, null])
    }
  })
})

import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer()
  receiver = await webhookReceiver()
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`
const register = (body: object) => server.api('POST', '/webhooks/endpoints', body)

async function payOnce(): Promise<{ account: string; payment: string }> {
  const customer = { external_reference: unique('C'), name: 'Ann' }
  const account = { customer, external_reference: unique('A'), currency: 'ZAR', balance: 2000 }
  const made = (await server.api('POST', '/billing/accounts', account)).body
  const payment = { amount: 2000, currency: 'ZAR', channel: 'cash', reference: unique('R'), account: made.id }
  return { account: made.id, payment: (await server.api('POST', '/billing/payments', payment)).body.id }
}

describe('an endpoint', () => {
  test('is registered with a secret that is shown once, listed, retrieved and deleted', async () => {
    const made = await register({
      url: `${receiver.url}/1`,
      description: 'the books',
      event_types: ['obligation.amount_applied'],
    })
    expect([made.status, made.body.status]).toEqual([201, 'enabled'])
    const { secret, ...shown } = made.body
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect((await server.api('GET', `/webhooks/endpoints/${made.body.id}`)).body).toEqual({
      ...shown,
      figures: { attempts: 0, consecutive_failures: 0, pending_deliveries: 0 },
    })
    expect((await server.api('GET', '/webhooks/endpoints')).body.data).toContainEqual(shown)
    expect((await server.api('DELETE', `/webhooks/endpoints/${made.body.id}`)).body).toEqual({
      id: made.body.id,
      deleted: true,
    })
    expect((await server.api('GET', `/webhooks/endpoints/${made.body.id}`)).status).toBe(404)
    expect((await server.api('DELETE', `/webhooks/endpoints/${made.body.id}`)).status).toBe(404)
  })

  test('of another environment is not there', async () => {
    const { id } = (await register({ url: `${receiver.url}/2` })).body
    const live = { authorization: `Bearer ${server.liveKey}` }
    expect((await server.api('GET', `/webhooks/endpoints/${id}`, undefined, live)).status).toBe(404)
    expect((await server.api('DELETE', `/webhooks/endpoints/${id}`, undefined, live)).status).toBe(404)
    expect((await server.api('GET', '/webhooks/endpoints', undefined, live)).body.data).toEqual([])
    await server.api('DELETE', `/webhooks/endpoints/${id}`)
  })

  test.each([
    ['http://10.0.0.1/hook', 'url_not_allowed'],
    ['http://169.254.169.254/latest', 'url_not_allowed'],
    ['https://user:secret@example.com/', 'url_not_allowed'],
    ['http://example.com/hook', 'url_not_allowed'],
    ['https://[::ffff:10.0.0.1]/', 'url_not_allowed'],
    ['ftp://example.com/', 'url_not_allowed'],
    ['https://example.com:0/hook', 'url_not_allowed'],
    ['https://a..b/', 'url_not_allowed'],
    ['not a url', 'url_not_allowed'],
    ['example.com/hook', 'url_not_allowed'],
    ['https://example.com/a b', 'url_not_allowed'],
    ['', 'url_not_allowed'],
    [5, 'invalid_request'],
  ])('at %s is refused', async (url, code) => {
    const refused = await register({ url })
    expect([refused.body.code, refused.body.errors[0].pointer]).toEqual([code, '/url'])
  })

  test.each([
    ['https://EXAMPLE.com./hook', 'https://example.com/hook'],
    ['https://example.com:443/a/../hook?x=ä', 'https://example.com/hook?x=%C3%A4'],
    ['https://example.com', 'https://example.com/'],
  ])('at %s is kept as %s, which is where events go', async (url, kept) => {
    const made = await register({ url })
    expect([made.status, made.body.url]).toEqual([201, kept])
    const path = `/webhooks/endpoints/${made.body.id}`
    expect((await server.api('GET', path)).body.url).toBe(kept)
    await server.api('DELETE', path)
  })

  test('takes known types only', async () => {
    const refused = await register({ url: receiver.url, event_types: ['obligation.amount_aplied'] })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/event_types/0'])
  })

  test('is one of twenty at most', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) => register({ url: `${receiver.url}/many${index}` })),
    )
    const more = await register({ url: receiver.url })
    expect([more.status, more.body.code]).toEqual([422, 'too_many_endpoints'])
    await Promise.all(made.map(({ body }) => body.id && server.api('DELETE', `/webhooks/endpoints/${body.id}`)))
  })
})

describe('obligation.amount_applied', () => {
  test('arrives once, with the guide’s fields, and the foreign verifier takes it', async () => {
    const { secret, id: endpoint } = (
      await register({ url: `${receiver.url}/guide`, event_types: ['obligation.amount_applied'] })
    ).body
    const { account, payment } = await payOnce()
    const webhook = await eventually(
      () => receiver.received.find(({ body }) => body.includes(payment)),
      'the event arrives',
    )
    const headers = {
      'webhook-id': webhook.id,
      'webhook-timestamp': webhook.timestamp,
      'webhook-signature': webhook.signature,
    }
    const event = new Webhook(secret).verify(webhook.body, headers) as { id: string; data: Record<string, unknown> }
    expect(event).toMatchObject({
      id: webhook.id,
      type: 'obligation.amount_applied',
      mode: 'test',
      api_version: expect.any(String),
      created_at: expect.any(String),
      data: {
        id: expect.stringMatching(/^ob_\w+$/),
        amount: 2000,
        currency: 'ZAR',
        payment_id: payment,
        account_id: account,
        metadata: {},
        created_at: expect.any(String),
        updated_at: expect.any(String),
        applied_to: { type: 'account', id: account },
      },
    })
    expect(Object.keys(event.data).filter((name) => /^(customer|account|bill)_id$/.test(name))).toEqual(['account_id'])
    expect(() => new Webhook(secret).verify(`${webhook.body} `, headers)).toThrow()
    await server.api('DELETE', `/webhooks/endpoints/${endpoint}`)
  })

  test('is not sent to an endpoint of other types, nor to one that is deleted', async () => {
    const other = (await register({ url: `${receiver.url}/other`, event_types: ['bill.updated'] })).body
    const deleted = (await register({ url: `${receiver.url}/deleted` })).body
    await server.api('DELETE', `/webhooks/endpoints/${deleted.id}`)
    const { payment } = await payOnce()
    const { rows } = await server.database.pool.query(
      'select 1 from webhook_delivery as d join event as e on e.id = d.event_id where e.body like $1',
      [`%${payment}%`],
    )
    expect(rows).toEqual([])
    await server.api('DELETE', `/webhooks/endpoints/${other.id}`)
  })
})

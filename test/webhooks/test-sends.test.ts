import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { events, eventTypes } from '../../src/events/registry.ts'
import { faultsBy } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { closedPort, startReceiver } from './receivers.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const live = () => ({ authorization: `Bearer ${server.liveKey}` })

async function register(url: string, headers = {}) {
  const made = await server.api('POST', '/webhooks/endpoints', { url, headers: { 'X-Key': 'mine' } }, headers)
  expect([made.status, made.text]).toEqual([201, made.text])
  return { ...made.body, path: `/webhooks/endpoints/${made.body.id}` }
}
const send = (path: string, body: object = {}, headers = {}) => server.api('POST', `${path}/test`, body, headers)

test('a test is sent at once, signed and with the headers of the merchant, and says what came of it', async () => {
  const receiver = await startReceiver()
  const { id, path, secret } = await register(receiver.url)
  const sent = await send(path)
  expect(sent.body).toEqual({
    id: expect.stringMatching(/^evt_/),
    type: 'webhook_endpoint.test',
    delivered: true,
    status_code: 200,
    duration_ms: expect.any(Number),
  })
  const [received] = receiver.received
  const event = new Webhook(secret).verify(received?.body as string, received?.headers as Record<string, string>)
  expect(event).toMatchObject({
    id: sent.body.id,
    type: 'webhook_endpoint.test',
    test: true,
    mode: 'test',
    data: { id },
  })
  expect([received?.headers['webhook-id'], received?.headers['x-key']]).toEqual([sent.body.id, 'mine'])
  await server.api('DELETE', path)
})

test('a sample of every type is as the document has it, and says that it is a test', async () => {
  const receiver = await startReceiver()
  for (const type of eventTypes) {
    const { path } = await register(receiver.url)
    expect((await send(path, { type })).body).toMatchObject({ type, delivered: true })
    const event = JSON.parse(receiver.received.at(-1)?.body as string)
    expect(event).toMatchObject({ type, test: true, data: events[type].sample })
    const pointer = `#/webhooks/${encodeURIComponent(type)}/post/requestBody/content/application~1json/schema`
    expect(faultsBy(pointer, event), type).toBeUndefined()
    await server.api('DELETE', path)
  }
})

test('a test is no event: nothing of it is stored, and 410 leaves the endpoint as it was', async () => {
  const receiver = await startReceiver((_request, response) => response.writeHead(410).end())
  const { path } = await register(receiver.url)
  expect((await send(path, { type: 'bill.paid' })).body).toMatchObject({ delivered: false, status_code: 410 })
  const { rows } = await server.database.pool.query(
    'select 1 from event union all select 1 from webhook_delivery union all select 1 from webhook_attempt',
  )
  expect(rows).toEqual([])
  expect((await server.api('GET', path)).body.status).toBe('enabled')
  expect((await server.api('PATCH', path, { status: 'disabled' })).status).toBe(200)
  expect((await send(path)).body).toMatchObject({ status_code: 410 })
  await server.api('DELETE', path)
})

test('what goes wrong is named', async () => {
  const { path } = await register(await closedPort())
  expect((await send(path)).body).toMatchObject({ delivered: false, error: 'connection refused' })
  await server.api('DELETE', path)
})

test('in a live environment no sample of an event is sent', async () => {
  const receiver = await startReceiver()
  const { path } = await register(receiver.url, live())
  const refused = await send(path, { type: 'bill.paid' }, live())
  expect([refused.status, refused.body.errors[0]]).toMatchObject([400, { pointer: '/type', code: 'test_only' }])
  expect((await send(path, {}, live())).body).toMatchObject({ type: 'webhook_endpoint.test', delivered: true })
  expect(receiver.received.map(({ body }) => JSON.parse(body).mode)).toEqual(['live'])
  await server.api('DELETE', path, undefined, live())
})

test('an endpoint is tested ten times a minute at most', async () => {
  const receiver = await startReceiver()
  const [one, other] = [await register(receiver.url), await register(receiver.url)]
  for (let count = 0; count < 10; count++) expect((await send(one.path)).status).toBe(200)
  const refused = await send(one.path)
  expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
    429,
    'too_many_attempts',
    '60',
  ])
  expect(receiver.received).toHaveLength(10)
  expect((await send(other.path)).status).toBe(200)
  for (const { path } of [one, other]) await server.api('DELETE', path)
})

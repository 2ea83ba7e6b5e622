import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { derivedDataKeys } from '../../src/core/data-keys.ts'
import { formatId } from '../../src/core/id/id.ts'
import { openVault } from '../../src/core/secret.ts'
import { newSigningSecret } from '../../src/webhooks/signing.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startDispatching } from '../support/jobs.ts'
import { deliveryFixture } from './delivery-fixture.ts'
import { closedPort, type Received, startReceiver } from './receivers.ts'

let database: TestDatabase
let fixture: Awaited<ReturnType<typeof deliveryFixture>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  fixture = await deliveryFixture(database)
})

const answering = (status: number) => startReceiver((_request, response) => response.writeHead(status).end('noted'))
const delivered = { status: 'delivered', attempts: 1, ended: true }

describe('a delivery', () => {
  test('carries the bytes of the event, and a signature that another library accepts', async () => {
    const receiver = await answering(200)
    const secret = newSigningSecret()
    const endpoint = await fixture.endpoint(`${receiver.url}hook`, secret)
    const [event] = await fixture.events()
    await fixture.dispatcher().idle()
    const [received] = receiver.received as [Received]
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Tallystick/1.2.3',
      'webhook-id': formatId('event', event as string),
      'webhook-timestamp': String(Math.floor(fixture.clock.now().getTime() / 1000)),
    })
    expect(new Webhook(secret).verify(received.body, received.headers as Record<string, string>)).toMatchObject({
      id: event,
    })
    expect(await fixture.deliveries(endpoint)).toMatchObject([delivered])
    expect(await fixture.attempts(endpoint)).toEqual([
      { number: 1, status_code: 200, error: null, response_excerpt: 'noted' },
    ])
  })

  test('is signed with each secret while one replaces another', async () => {
    const receiver = await answering(200)
    const secrets = [newSigningSecret(), newSigningSecret()]
    await fixture.endpoint(receiver.url, ...secrets)
    await fixture.events()
    await fixture.dispatcher().idle()
    const [received] = receiver.received as [Received]
    for (const secret of secrets) new Webhook(secret).verify(received.body, received.headers as Record<string, string>)
  })

  test('is sent soon after it is written when the dispatcher is woken, and within a second or so when it is not', async () => {
    const receiver = await answering(200)
    await fixture.endpoint(receiver.url)
    const dispatcher = fixture.dispatcher()
    startDispatching(dispatcher)
    await fixture.events()
    await eventually(() => receiver.received.length === 1, 'the poll finds the event', 3000)
    await fixture.events()
    dispatcher.wake()
    await eventually(() => receiver.received.length === 2, 'the wake finds the event', 500)
  })

  test('goes to each endpoint that wants it', async () => {
    const receivers = await Promise.all([answering(200), answering(200)])
    for (const receiver of receivers) await fixture.endpoint(receiver.url)
    await fixture.events(300)
    await fixture.dispatcher().idle()
    expect(receivers.map(({ received }) => new Set(received.map(({ body }) => body)).size)).toEqual([300, 300])
    expect(receivers.map(({ received }) => received.length)).toEqual([300, 300])
  })

  test('is made by one of several dispatchers only', async () => {
    const receiver = await answering(200)
    const endpoint = await fixture.endpoint(receiver.url)
    await fixture.events(500)
    await Promise.all([fixture.dispatcher().idle(), fixture.dispatcher().idle(), fixture.dispatcher().idle()])
    expect(receiver.received).toHaveLength(500)
    expect(new Set((await fixture.deliveries(endpoint)).map(({ status }) => status))).toEqual(new Set(['delivered']))
  })

  test('is not skipped when its transaction commits after later ones', async () => {
    const receiver = await answering(200)
    await fixture.endpoint(receiver.url)
    const dispatcher = fixture.dispatcher()
    const late = await database.pool.connect()
    try {
      await late.query('begin')
      const [lateEvent] = await fixture.events(1, late)
      fixture.clock.advance(1000)
      await fixture.events(5)
      await dispatcher.idle()
      expect(receiver.received).toHaveLength(5)
      await late.query('commit')
      await dispatcher.idle()
      expect(receiver.received.at(-1)?.headers['webhook-id']).toBe(formatId('event', lateEvent as string))
    } finally {
      late.release()
    }
  })
})

describe('a delivery that fails', () => {
  test('is tried again on schedule with the same id and bytes, signed again each time, until it is exhausted', async () => {
    let failing = ''
    const receiver = await startReceiver((request, response) =>
      response.writeHead(request.headers['webhook-id'] === failing ? 500 : 200).end(),
    )
    const endpoint = await fixture.endpoint(receiver.url, newSigningSecret())
    const [event] = await fixture.events()
    failing = formatId('event', event as string)
    const attempts = () => receiver.received.filter(({ headers }) => headers['webhook-id'] === failing)
    const ofIt = async () => (await fixture.deliveries(endpoint)).filter(({ event_id }) => event_id === event)
    const dispatcher = fixture.dispatcher()
    const waits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    for (const [index, wait_s] of waits.entries()) {
      await dispatcher.idle()
      expect(await ofIt()).toMatchObject([{ status: 'pending', attempts: index + 1, wait_s }])
      fixture.clock.advance(wait_s * 1000 - 1)
      // It takes others, so that it is not paused.
      await fixture.events()
      await dispatcher.idle()
      expect(attempts()).toHaveLength(index + 1)
      fixture.clock.advance(1)
    }
    await dispatcher.idle()
    expect(await ofIt()).toMatchObject([{ status: 'exhausted', attempts: 10, ended: true }])
    expect((await fixture.attempts(endpoint)).slice(0, 10).map(({ number }) => number)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
    expect(new Set(attempts().map(({ headers, body }) => headers['webhook-id'] + body)).size).toBe(1)
    expect(new Set(attempts().map(({ headers }) => headers['webhook-signature'])).size).toBe(10)
    expect(fixture.log.map(({ message }) => message)).toContainEqual(expect.stringMatching(/not tried again by itself/))
  }, 20_000)

  test('waits for as long as Retry-After asks', async () => {
    const receiver = await startReceiver((_request, response) => response.writeHead(429, { 'retry-after': '90' }).end())
    const endpoint = await fixture.endpoint(receiver.url)
    await fixture.events()
    await fixture.dispatcher().idle()
    expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'pending', attempts: 1, wait_s: 90 }])
  })

  test('says why', async () => {
    const refusing = await fixture.endpoint(await closedPort())
    const forbidden = await fixture.endpoint('http://10.0.0.1/')
    await fixture.events()
    await fixture.dispatcher().idle()
    expect(await fixture.attempts(refusing)).toMatchObject([{ status_code: null, error: 'connection refused' }])
    expect(await fixture.attempts(forbidden)).toMatchObject([{ status_code: null, error: 'address not allowed' }])
  })

  test('for an endpoint whose secret is none does not stop the others', async () => {
    const receiver = await answering(200)
    const broken = await fixture.endpoint(receiver.url, 'no secret')
    const healthy = await fixture.endpoint(receiver.url)
    await fixture.events()
    await fixture.dispatcher().idle()
    expect(await fixture.attempts(broken)).toMatchObject([{ error: 'endpoint unusable' }])
    expect(await fixture.deliveries(healthy)).toMatchObject([delivered])
  })

  test('with a secret that the key does not open is kept for later, and the operator is told', async () => {
    const receiver = await answering(200)
    const endpoint = await fixture.endpoint(receiver.url)
    await fixture.events()
    await fixture.dispatcher({ vault: openVault(derivedDataKeys('another encryption key, as long as that')) }).idle()
    expect(receiver.received).toHaveLength(0)
    expect(await fixture.attempts(endpoint)).toMatchObject([{ error: 'endpoint unusable' }])
    expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'pending' }])
    expect(fixture.log).toMatchObject([{ level: 'error' }])
  })

  test('is told of once, until the endpoint takes something again', async () => {
    let status = 500
    const receiver = await startReceiver((_request, response) => response.writeHead(status).end())
    const endpoint = await fixture.endpoint(`${receiver.url}hook?token=secret-of-the-merchant`)
    const dispatcher = fixture.dispatcher()
    await fixture.events(20)
    await dispatcher.idle()
    expect(fixture.log).toMatchObject([
      { level: 'warn', fields: { endpoint_id: formatId('endpoint', endpoint), status_code: 500 } },
    ])
    expect(JSON.stringify(fixture.log)).not.toContain('secret-of-the-merchant')
    // It takes what is sent again and fails within the minute: one that comes and goes fills no log.
    for (status of [204, 500]) {
      fixture.clock.advance(600_000)
      await fixture.events()
      await dispatcher.idle()
    }
    expect(fixture.log).toHaveLength(1)
  })
})

describe('an endpoint that takes nothing', () => {
  test('that was deleted has its deliveries cancelled', async () => {
    const receiver = await answering(200)
    const endpoint = await fixture.endpoint(receiver.url)
    await fixture.events(2)
    await database.pool.query('update webhook_endpoint set deleted_at = $2 where id = $1', [
      endpoint,
      fixture.clock.now(),
    ])
    await fixture.dispatcher().idle()
    const cancelled = { status: 'cancelled', attempts: 0, ended: true }
    expect(await fixture.deliveries(endpoint)).toMatchObject([cancelled, cancelled])
    expect(receiver.received).toHaveLength(0)
  })

  test('what belongs to an event that is no longer kept is cancelled', async () => {
    const receiver = await answering(200)
    const endpoint = await fixture.endpoint(receiver.url)
    await database.pool.query(
      `insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
       values ((left(gen_random_uuid()::text, 32) || '0000')::uuid, $1, 0, $2, $3)`,
      [endpoint, fixture.environmentId, fixture.clock.now()],
    )
    await fixture.dispatcher().idle()
    expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'cancelled', attempts: 0 }])
    expect(receiver.received).toHaveLength(0)
  })
})

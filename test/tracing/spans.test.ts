import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatId } from '../../src/core/id/id.ts'
import { createJobs } from '../../src/jobs/index.ts'
import { inSpan, traceparentNow } from '../../src/tracing/span.ts'
import { readTraceparent } from '../../src/tracing/traceparent.ts'
import { runReplays } from '../../src/webhooks/replay/run.ts'
import { paystackKeys, startPaystackFake } from '../fakes/paystack.ts'
import { open, submit } from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { type ReceivedWebhook, webhookReceiver } from '../support/receiver.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

const exporter = new InMemorySpanExporter()
let server: TestServer
let paystack: Awaited<ReturnType<typeof startPaystackFake>>
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
/** What arrived before anybody traced. */
let untraced: ReceivedWebhook
beforeAll(async () => {
  receiver = await webhookReceiver()
  const plain = await testServer()
  await plain.api('POST', '/webhooks/endpoints', { url: receiver.url })
  await plain.api('POST', '/billing/customers', { external_reference: 'untraced', name: 'Thandi Nkosi' })
  untraced = await eventually(() => receiver.received[0], 'the event has arrived')
  const { rows } = await plain.database.pool.query('select traceparent from event')
  expect(rows).toEqual([{ traceparent: null }])
  await plain.stop()
  new NodeTracerProvider({
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  }).register()
  paystack = await startPaystackFake(() => new Date())
  server = await testServer({ paystack_url: paystack.url })
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
  await receiver.close()
  await paystack.close()
})

const spans = () => exporter.getFinishedSpans()
const idOf = (span: ReadableSpan) => span.spanContext().spanId
const traceOf = (span: ReadableSpan) => span.spanContext().traceId
const linked = (span: ReadableSpan) => span.links.map(({ context }) => context.spanId)

/** The span of the request that had this answer. It ends a moment after the answer has come. */
function requestOf({ headers }: ApiAnswer): Promise<ReadableSpan> {
  const id = headers.get('request-id')
  return eventually(
    () => spans().find((span) => span.attributes['tallystick.request_id'] === id),
    'the request has ended',
  )
}

/** The spans in which an event was sent, once there are so many. */
function deliveriesOf(event: string, count = 1): Promise<ReadableSpan[]> {
  return eventually(() => {
    const found = spans().filter((span) => span.attributes['tallystick.event_id'] === event)
    return found.length >= count && found
  }, 'the event was sent')
}

/** What is kept of the events that tell of something: their ids, and the spans that made them. */
async function eventsOf(told: string): Promise<{ id: string; traceparent: string | null }[]> {
  const { rows } = await server.database.pool.query<{ id: string; traceparent: string | null }>(
    'select id, traceparent from event where strpos(body, $1) > 0 order by id',
    [told],
  )
  return rows.map(({ id, traceparent }) => ({ id: formatId('event', id), traceparent }))
}
const spanIn = (traceparent: string | null) => readTraceparent(traceparent ?? '')?.spanId

let made = 0
async function account(): Promise<string> {
  made += 1
  const customer = { external_reference: `C-${made}`, name: 'Thandi Nkosi', email: 'thandi@example.com' }
  const body = { customer, external_reference: `A-${made}`, currency: 'ZAR', balance: 5_000 }
  return (await server.api('POST', '/billing/accounts', body)).body.id
}

function pay(on: string, reference: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  const payment = { account: on, amount: 123, currency: 'ZAR', channel: 'till', reference }
  return server.api('POST', '/billing/payments', payment, headers)
}

describe('without an SDK', () => {
  test('nothing is kept with an event, and nothing is added to a webhook', () => {
    expect(untraced.trace).toEqual({})
  })
})

describe('a payment', () => {
  test('is a span below the one its caller names; its batch and the deliveries of its events link to it', async () => {
    const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
    const answer = await pay(await account(), 'M1', {
      traceparent: `00-${caller.traceId}-${caller.spanId}-01`,
      baggage: 'customer=Thandi',
    })
    const request = await requestOf(answer)
    expect(request).toMatchObject({ name: 'POST /billing/payments', kind: SpanKind.SERVER })
    expect(request.parentSpanContext).toMatchObject(caller)
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 201,
      'http.route': '/billing/payments',
      'tallystick.request_id': answer.headers.get('request-id'),
      'url.scheme': 'http',
    })
    const batch = spans().find((span) => span.name === 'batch payments' && linked(span).includes(idOf(request)))
    expect(batch).toMatchObject({ kind: SpanKind.INTERNAL, parentSpanContext: undefined })
    expect(batch?.attributes).toEqual({ 'tallystick.batch.size': 1 })

    const events = await eventsOf(answer.body.id)
    expect(events.length).toBeGreaterThan(0)
    for (const { id, traceparent } of events) {
      expect(traceparent).toBe(`00-${caller.traceId}-${idOf(request)}-01`)
      const [delivery] = await deliveriesOf(id)
      expect(delivery).toMatchObject({ name: 'deliver webhook', kind: SpanKind.CLIENT, parentSpanContext: undefined })
      expect(linked(delivery as ReadableSpan)).toEqual([idOf(request)])
      expect(delivery?.attributes).toMatchObject({ 'http.response.status_code': 204, 'tallystick.attempt': 1 })
      const arrived = receiver.received.find((webhook) => webhook.id === id)
      expect(arrived?.trace).toEqual({
        traceparent: `00-${traceOf(delivery as ReadableSpan)}-${idOf(delivery as ReadableSpan)}-01`,
      })
    }
  })

  test('of a batch has events that link to its own request, not to those it was committed with', async () => {
    const accounts = await Promise.all(Array.from({ length: 12 }, () => account()))
    const batchOf = (request: ReadableSpan) =>
      spans().filter(
        ({ name, links }) => name === 'batch payments' && links.some(({ context }) => context.spanId === idOf(request)),
      )
    let round = 0
    await eventually(async () => {
      round += 1
      const answers = await Promise.all(accounts.map((one, index) => pay(one, `B${round}-${index}`)))
      const sizes = await Promise.all(
        answers.map(async (answer) => {
          const request = await requestOf(answer)
          const events = await eventsOf(answer.body.id)
          expect(events.map(({ traceparent }) => spanIn(traceparent))).toEqual(events.map(() => idOf(request)))
          const batches = batchOf(request)
          expect(batches).toHaveLength(1)
          return batches[0]?.links.length ?? 0
        }),
      )
      return Math.max(...sizes) > 1
    }, 'a batch is of several payments')
  })

  test('that brings an object out of the archive tells of it with its own span too', async () => {
    const shown = await account()
    await server.api('PATCH', `/billing/accounts/${shown}`, { balance: 0 })
    expect((await server.api('POST', `/billing/accounts/${shown}/archive`)).status).toBe(200)
    const answer = await pay(shown, 'R1')
    const request = await requestOf(answer)
    const unarchived = (await eventsOf('account.unarchived')).at(-1)
    expect(spanIn(unarchived?.traceparent ?? null)).toBe(idOf(request))
  })

  test('of a caller who does not record leaves nothing with its events, and nobody records the rest of it', async () => {
    const answer = await pay(await account(), 'U1', { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00` })
    const events = await eventsOf(answer.body.id)
    expect(events.map(({ traceparent }) => traceparent)).toEqual(events.map(() => null))
    const [delivery] = await deliveriesOf(events[0]?.id as string)
    expect(delivery?.links).toEqual([])
    expect(spans().some((span) => traceOf(span) === 'ab'.repeat(16))).toBe(false)
  })

  test.each(['not one', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`, 'x'.repeat(8_000)])(
    'with a traceparent that is none is a trace of its own: %#',
    async (traceparent) => {
      const request = await requestOf(await server.api('GET', '/settings', undefined, { traceparent }))
      expect(request.parentSpanContext).toBeUndefined()
    },
  )
})

test('a replay links to the request of long ago, not to whoever asked for it', async () => {
  const from = new Date().toISOString()
  const answer = await server.api('POST', '/billing/customers', { external_reference: 'again', name: 'Thandi Nkosi' })
  const [event] = await eventsOf(answer.body.id)
  await deliveriesOf(event?.id as string)
  const { body } = await server.api('GET', '/webhooks/endpoints')
  const endpoint = body.data.find(({ url }: { url: string }) => url === receiver.url).id
  const until = () => new Date().toISOString()
  const begun = await eventually(async () => {
    const replay = await server.api('POST', `/webhooks/endpoints/${endpoint}/replays`, { from, to: until() })
    return replay.status === 201 && replay
  }, 'the time to replay has passed')
  expect(begun.status).toBe(201)
  const deliveries = await eventually(async () => {
    await runReplays(server.app)
    const found = spans().filter((span) => span.attributes['tallystick.event_id'] === event?.id)
    return found.length > 1 && found
  }, 'the event was sent again')
  const request = await requestOf(answer)
  expect(deliveries.map(linked)).toEqual(deliveries.map(() => [idOf(request)]))
  expect(new Set(deliveries.map(traceOf)).size).toBe(deliveries.length)
})

test('a test of an endpoint belongs to the request that waits for it', async () => {
  const { body } = await server.api('GET', '/webhooks/endpoints')
  const answer = await server.api('POST', `/webhooks/endpoints/${body.data[0].id}/test`, {})
  const request = await requestOf(answer)
  const [delivery] = await deliveriesOf(answer.body.id)
  expect(delivery?.parentSpanContext?.spanId).toBe(idOf(request))
})

test('a call of a processor is below the request that makes it', async () => {
  const live = { authorization: `Bearer ${server.liveKey}` }
  const secrets = { secret_key: paystackKeys.live }
  const set = await server.api('PATCH', '/settings/processors/paystack', { enabled: true, secrets }, live)
  expect(set.status).toBe(200)
  const owed = { external_reference: 'L-1', name: 'Thandi Nkosi', currency: 'ZAR', balance: 5_000 }
  const { body } = await server.api('POST', '/billing/customers', { ...owed, email: 'thandi@example.com' }, live)
  await submit((await open(body.presentment_url)).forms[0])
  const call = await eventually(
    () => spans().find(({ attributes }) => attributes['tallystick.processor'] === 'paystack'),
    'the processor was called',
  )
  expect(call).toMatchObject({ name: 'POST paystack', kind: SpanKind.CLIENT })
  expect(call.attributes).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'tallystick.processor': 'paystack',
  })
  const request = await eventually(
    () => spans().find((span) => idOf(span) === call.parentSpanContext?.spanId),
    'the request has ended',
  )
  expect(request).toMatchObject({ kind: SpanKind.SERVER, attributes: { 'http.request.method': 'POST' } })
})

describe('a request that is refused', () => {
  test('has its route and its status, and is no failure of the server', async () => {
    const answer = await server.api('GET', '/billing/accounts/bacc_0', undefined, { authorization: 'Bearer none' })
    const request = await requestOf(answer)
    expect(request.name).toBe('GET /billing/accounts/:account')
    expect(request.attributes['http.response.status_code']).toBe(401)
    expect(request.status.code).toBe(SpanStatusCode.UNSET)
  })

  test('leads nowhere: then its name is its method alone', async () => {
    const answer = await fetch(`${server.url}/where/Thandi?secret=hush`)
    const id = answer.headers.get('request-id')
    const span = await eventually(
      () => spans().find(({ attributes }) => attributes['tallystick.request_id'] === id),
      'the request has ended',
    )
    expect(span.name).toBe('GET')
  })
})

describe('a job', () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  /** Runs a job once, by itself, as the server does. */
  async function runOnce(name: string, run: () => Promise<void>): Promise<ReadableSpan[]> {
    const jobs = createJobs({ ...server.app, log }, [{ name, every_ms: 60_000, run }])
    jobs.start()
    await eventually(() => jobs.status()[0]?.running === false, 'the job has run')
    await jobs.stop()
    return spans().filter((span) => span.name === `job ${name}`)
  }

  test('that finds nothing to do has no span', async () => {
    expect(await runOnce('looks', async () => {})).toEqual([])
  })

  test('that does something has one, above what it does and in what it writes', async () => {
    let kept: string | null = null
    const [job] = await runOnce('works', async () => {
      await inSpan(
        () => ({ name: 'what a job does' }),
        async () => {},
      )
      kept = traceparentNow()
    })
    expect(job?.parentSpanContext).toBeUndefined()
    const inner = spans().find(({ name }) => name === 'what a job does')
    expect(inner?.parentSpanContext?.spanId).toBe(idOf(job as ReadableSpan))
    expect(spanIn(kept)).toBe(idOf(job as ReadableSpan))
  })

  test('that fails has one, without the message of its error', async () => {
    const [job] = await runOnce('fails', async () => {
      throw Object.assign(new Error('no such customer: Thandi'), { code: 'XX000' })
    })
    expect(job?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(job?.attributes).toEqual({ 'error.type': 'XX000' })
    expect(job?.events).toEqual([])
  })
})

test('no span holds what somebody has typed: no name, no reference, no amount, no address', () => {
  const shown = spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
  // Ids are random, and may hold any word.
  const text = JSON.stringify(shown).replaceAll(/"[a-z]+_[0-9A-Za-z]{20,}"/g, 'id')
  expect(text).toContain('"tallystick.request_id":id')
  expect(text).not.toMatch(
    /Thandi|thandi|hush|again|till|"(?:M|B|R|U)\d|\b(?:123|5000)\b|localhost|127\.0\.0\.1|sk_|Bearer/,
  )
})

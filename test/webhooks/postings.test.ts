import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { readPostingReference } from '../../src/webhooks/delivery/posting-reference.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { startReceiver } from './receivers.ts'

const clock = settableClock(new Date())
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})
beforeEach(() => clock.advance(60_000))

const get = async (path: string) => (await server.api('GET', path)).body
const unposted = (query = '') => get(`/events/unposted?${query}`)

let serial = 0
/** A customer who owes something: its `customer.created` is a step of its balance. */
async function customer(balance: object = { currency: 'ZAR', balance: 500 }): Promise<string> {
  clock.advance(1_000)
  const body = { external_reference: `PO-${++serial}`, name: 'Jane', ...balance }
  return (await server.api('POST', '/billing/customers', body)).body.id
}

/** An endpoint whose receiver answers with what `answer` says at the time. It is deleted in the end. */
async function endpoint(first: string, expects_posting = true, status = 200) {
  const answers = { body: first, status }
  const receiver = await startReceiver((_request, response) => response.writeHead(answers.status).end(answers.body))
  const made = await server.api('POST', '/webhooks/endpoints', { url: receiver.url, expects_posting })
  const { id } = made.body
  return {
    id,
    answers,
    received: receiver.received,
    change: (body: object) => server.api('PATCH', `/webhooks/endpoints/${id}`, body),
    remove: () => server.api('DELETE', `/webhooks/endpoints/${id}`),
    /** The only delivery to it about an object, once it has had so many attempts and is delivered. */
    async delivery(object: string, attempts = 1) {
      return eventually(async () => {
        const [one] = (await get(`/webhooks/deliveries?endpoint=${id}&object=${object}`)).data
        return one?.attempt_count === attempts && one.status === 'delivered' ? one : undefined
      }, `attempt ${attempts} has delivered`)
    },
  }
}

const named = (posting_reference: unknown) => JSON.stringify({ posting_reference })

describe('a receiver that answers with the reference of its posting', () => {
  test('has it shown with the delivery, and nothing is unposted', async () => {
    const { remove, delivery, answers } = await endpoint(named('JE-2026/0042 ä'))
    const id = await customer()
    const { id: shown, posting_reference } = await delivery(id)
    expect(posting_reference).toBe('JE-2026/0042 ä')
    const detail = await get(`/webhooks/deliveries/${shown}`)
    expect([detail.posting_reference, detail.attempts[0].status_code]).toEqual(['JE-2026/0042 ä', 200])
    expect((await get(`/events/${detail.event_id}`)).deliveries).toMatchObject([{ posting_reference }])
    expect(await unposted()).toEqual({ data: [], has_more: false })
    // One that is sent again keeps the reference unless it is told another.
    for (const [attempt, answer, kept] of [
      [2, '', posting_reference],
      [3, named('JE-2'), 'JE-2'],
    ] as const) {
      answers.body = answer
      clock.advance(1_000)
      await server.api('POST', `/webhooks/deliveries/${shown}/retries`)
      expect((await delivery(id, attempt)).posting_reference).toBe(kept)
    }
    expect((await unposted()).data).toEqual([])
    await remove()
  })

  test('is not believed while it does not acknowledge', async () => {
    const { remove, received, id, answers, delivery } = await endpoint(named('JE-3'), true, 500)
    const object = await customer()
    await eventually(() => received.length === 1, 'it was tried')
    await eventually(async () => {
      const [one] = (await get(`/webhooks/deliveries?endpoint=${id}&object=${object}`)).data
      return (await get(`/webhooks/deliveries/${one.id}`)).attempts.length === 1
    }, 'the attempt is kept')
    const [failed] = (await get(`/webhooks/deliveries?endpoint=${id}&object=${object}`)).data
    expect([failed.status, failed.posting_reference]).toEqual(['pending', undefined])
    expect((await unposted()).data).toEqual([])
    Object.assign(answers, { status: 200, body: named('JE-4') })
    clock.advance(10_000)
    server.app.wakeDispatcher()
    expect((await delivery(object, 2)).posting_reference).toBe('JE-4')
    await remove()
  })

  test('whose endpoint expects none is not listened to', async () => {
    const { remove, delivery, change } = await endpoint(named('JE-5'), false)
    const before = await delivery(await customer())
    expect(before.posting_reference).toBe(undefined)
    expect((await change({ expects_posting: true })).body.expects_posting).toBe(true)
    // It counts from then on.
    expect((await unposted()).data).toEqual([])
    expect((await delivery(await customer())).posting_reference).toBe('JE-5')
    await remove()
  })
})

describe('what is delivered and not posted', () => {
  test('is listed, oldest first, until an answer names the posting', async () => {
    const { remove, delivery, answers, id: endpoint_id } = await endpoint('thanks')
    const first = await customer()
    const second = await customer()
    // No money moves with these.
    const third = await customer({})
    clock.advance(1_000)
    await server.api('PATCH', `/billing/customers/${third}`, { name: 'John' })
    const [one] = await Promise.all([delivery(first), delivery(second)])
    await eventually(
      async () => (await get(`/webhooks/deliveries?endpoint=${endpoint_id}&status=delivered`)).data.length === 4,
      'all are delivered',
    )
    const { data } = await unposted()
    expect(data).toEqual([
      {
        event_id: one.event_id,
        event_type: 'customer.created',
        delivery_id: one.id,
        endpoint_id,
        amount: 500,
        currency: 'ZAR',
        created_at: one.created_at,
        delivered_at: one.ended_at,
      },
      expect.objectContaining({ event_id: (await delivery(second)).event_id }),
    ])
    // While it is sent again it is unposted still, since it was delivered.
    answers.status = 500
    clock.advance(1_000)
    await server.api('POST', `/webhooks/deliveries/${one.id}/retries`)
    await eventually(async () => (await get(`/webhooks/deliveries/${one.id}`)).attempts.length === 2, 'it was tried')
    expect((await unposted()).data[0]).toEqual(data[0])
    Object.assign(answers, { status: 200, body: named('JE-6') })
    clock.advance(10_000)
    server.app.wakeDispatcher()
    expect((await delivery(first, 3)).posting_reference).toBe('JE-6')
    expect((await unposted()).data.map((event: { event_id: string }) => event.event_id)).toEqual([data[1].event_id])
    await remove()
    expect((await unposted()).data).toEqual([])
  })

  test('is of each endpoint that expects it, and of none while it expects nothing', async () => {
    const [posting, silent] = [await endpoint(named('JE-7')), await endpoint('')]
    const object = await customer()
    await Promise.all([posting.delivery(object), silent.delivery(object)])
    const listed = async () => (await unposted()).data.map((event: { endpoint_id: string }) => event.endpoint_id)
    expect(await listed()).toEqual([silent.id])
    await silent.change({ expects_posting: false })
    expect(await listed()).toEqual([])
    await silent.change({ expects_posting: true })
    expect(await listed()).toEqual([silent.id])
    await Promise.all([posting.remove(), silent.remove()])
  })

  test('is paged by cursor, and a cursor of another list is refused', async () => {
    const receivers = [await endpoint(''), await endpoint('')]
    const objects: string[] = []
    for (let count = 0; count < 3; count++) objects.push(await customer())
    for (const object of objects) await Promise.all(receivers.map(({ delivery }) => delivery(object)))
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await unposted(`limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...page.data.map((event: { delivery_id: string }) => event.delivery_id))
      cursor = page.next_cursor ?? ''
    } while (cursor !== '')
    expect(seen).toEqual((await unposted('limit=100')).data.map((event: { delivery_id: string }) => event.delivery_id))
    expect([seen.length, new Set(seen).size]).toEqual([6, 6])
    const { next_cursor } = await get('/webhooks/deliveries?limit=2')
    const refused = await get(`/events/unposted?limit=2&cursor=${next_cursor}`)
    expect([refused.code, refused.errors[0].parameter]).toEqual(['invalid_cursor', 'cursor'])
    expect((await get('/events/unposted?limit=0')).errors[0].parameter).toBe('limit')
    const live = { authorization: `Bearer ${server.liveKey}` }
    expect((await server.api('GET', '/events/unposted', undefined, live)).body.data).toEqual([])
    await Promise.all(receivers.map(({ remove }) => remove()))
  })
})

describe('an answer', () => {
  const read = (text: string) => readPostingReference(Buffer.from(text))

  test.each([
    [named('JE-1'), 'JE-1'],
    ['\ufeff{ "ok": true, "posting_reference": " JE 1 ", "lines": [1.5] }', ' JE 1 '],
    [named('x'.repeat(255)), 'x'.repeat(255)],
    [JSON.stringify({ '"': 1, posting_reference: 'a"\\b' }), 'a"\\b'],
    ['{"posting_reference":"a\\u00e4"}', 'aä'],
  ])('%s names a posting', (text, reference) => {
    expect(read(text)).toBe(reference)
  })

  test.each([
    ['', 'ok', 'null', '[]', '"JE-1"', '{}', '{"posting_reference":"JE-1"', '{"posting_reference":"JE-1"} x'],
    [named(''), named(' \n'), named(5), named(null), named(['JE-1']), named('x'.repeat(256))],
    [named('a\0b'), '{"posting_reference":"\\ud800"}', named('4242 4242 4242 4242')],
    [`${'['.repeat(4_000)}`, `{"a\\n":${'['.repeat(1_900)}${']'.repeat(1_900)},"posting_reference":5}`],
  ])('is no posting otherwise: %s …', (...texts) => {
    for (const text of texts) expect(read(text), text).toBe(undefined)
    expect(readPostingReference(undefined)).toBe(undefined)
    expect(readPostingReference(Buffer.from([0x7b, 0xff, 0x7d]))).toBe(undefined)
  })

  test('is read as far as 4 kB, and longer than what is shown of it', async () => {
    const { remove, delivery, answers } = await endpoint(`${' '.repeat(3_900)}${named('far')}`)
    expect((await delivery(await customer())).posting_reference).toBe('far')
    answers.body = `${' '.repeat(4_100)}${named('too far')}`
    expect((await delivery(await customer())).posting_reference).toBe(undefined)
    await remove()
  })
})

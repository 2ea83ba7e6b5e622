import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { expireCheckouts } from '../../src/payments/checkout/end.ts'
import { follow, goodCard, makeAccount, open, payWith, statusOf, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { eventsOf } from './events.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const path = '/collect/payment_sessions'
const sessionFor = async (fields: Record<string, unknown> = {}) => {
  const answer = await server.api('POST', path, { amount: 5000, currency: 'ZAR', ...fields })
  expect(answer.text).toContain('"ps_')
  return answer.body
}
const read = async ({ id }: { id: string }) => (await server.api('GET', `${path}/${id}`)).body

describe('a payment session', () => {
  it('is created with the fields and statuses of the API', async () => {
    const session = await sessionFor({
      type: 'one_time',
      options: {
        checkout_options: {
          return_url: 'https://shop.example.com/thank-you',
          save_payment_method: 'never',
          presentation_mode: { mode: 'redirect' },
        },
        payment_method_options: { card: { capture_method: 'automatic' } },
      },
      external_reference: 'ORDER-1',
      metadata: { order_id: '1' },
    })
    expect(session).toMatchObject({
      type: 'one_time',
      status: 'active',
      payment_outcome: 'not_started',
      payment_status: 'unpaid',
      return_url: 'https://shop.example.com/thank-you',
      external_reference: 'ORDER-1',
      metadata: { order_id: '1' },
      expires_at: '2026-11-24T08:00:00.000Z',
      mode: 'test',
    })
    expect(session.session_url).toMatch(new RegExp(`^${server.url}/checkout/[0-9A-Za-z]{12}$`))
    expect(await read(session)).toEqual(session)
  })

  it('leads back to the merchant once it is paid, and is completed', async () => {
    const session = await sessionFor({
      options: { checkout_options: { return_url: `${server.url}/docs` } },
    })
    const card = await submit((await open(session.session_url)).forms[0])
    expect((await read(session)).payment_outcome).toBe('pending')
    const back = await submit(card.forms[0], goodCard)
    expect(back.url).toMatch(/\/docs/)
    const completed = await read(session)
    expect(completed).toMatchObject({ status: 'completed', payment_outcome: 'paid', payment_status: 'paid' })
    expect(await eventsOf(server, session)).toEqual([
      'payment_session.created',
      'payment_session.updated',
      'payment_session.completed',
    ])
    const payment = (await server.api('GET', `/collect/payments/${completed.payment_id}`)).body
    expect(payment).toMatchObject({ payment_session_id: session.id, status: 'succeeded' })
    expect((await open(session.session_url)).text).toContain('✓ Paid')
  })

  it('stays open after a failed attempt, which it names, and `payment.attempt_failed` tells', async () => {
    const account = await makeAccount(server)
    const session = await sessionFor({ amount: 2000, account: account.id })
    const failed = await payWith(session.session_url, '4000 0000 0000 9995')
    expect(statusOf(failed)).toEqual(['failed'])
    expect(await read(session)).toMatchObject({
      status: 'active',
      payment_outcome: 'pending',
      last_payment_error: { error_code: 'card_declined', decline_code: 'insufficient_funds' },
    })
    const [attempt] = (await server.api('GET', `/billing/payments?account=${account.id}&status=failed`)).body.data
    expect(attempt).toBeUndefined()
    expect(await eventsOf(server, { id: /pay_\w+/.exec(failed.url)?.[0] ?? '' })).toEqual(['payment.attempt_failed'])
    const page = await follow(failed, /Try R 20,00 again/)
    await submit((await submit(page.forms[0])).forms[0], goodCard)
    const completed = await read(session)
    expect(completed.status).toBe('completed')
    expect(completed.last_payment_error).toBeUndefined()
    expect((await server.api('GET', `/billing/accounts/${account.id}`)).body.balance).toBe(0)
  })

  it('that expires after a failed attempt is unpaid, and `payment.failed` tells that no other follows', async () => {
    const session = await sessionFor()
    const failed = await payWith(session.session_url, '4000 0000 0000 9995')
    const payment = { id: /payments\/(pay_\w+)/.exec(failed.url)?.[1] ?? '' }
    clock.advance(24 * 3_600_000)
    await expireCheckouts(server.app)
    expect(await read(session)).toMatchObject({
      status: 'expired',
      payment_outcome: 'unpaid',
      payment_status: 'unpaid',
    })
    expect(await eventsOf(server, payment)).toEqual(['payment.attempt_failed', 'payment.failed'])
  })

  it('is open for as long as the settings say', async () => {
    await server.api('PATCH', '/settings', { payment_session_lifetime_hours: 2 })
    const { created_at, expires_at } = await sessionFor()
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(2 * 3_600_000)
    await server.api('PATCH', '/settings', { payment_session_lifetime_hours: 24 })
  })

  it('that is cancelled takes no payment, and says so to its payer', async () => {
    const session = await sessionFor()
    const page = await open(session.session_url)
    expect((await server.api('POST', `${path}/${session.id}/cancel`)).body).toMatchObject({ status: 'cancelled' })
    const refused = await submit(page.forms[0])
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Acme Water has withdrawn it. You were not charged.')
    expect(await eventsOf(server, session)).toEqual(['payment_session.created', 'payment_session.updated'])
  })

  it('cannot be cancelled once it is completed', async () => {
    const session = await sessionFor()
    await payWith(session.session_url, goodCard.card_number)
    const { body } = await server.api('POST', `${path}/${session.id}/cancel`)
    expect(body).toMatchObject({ status: 409, code: 'payment_session_state' })
  })
})

describe('what is documented and not supported', () => {
  it.each([
    ['/type', { type: 'first_in_series' }],
    ['/type', { type: 'next_in_series' }],
    ['/amount', { amount: 0 }],
    [
      '/options/checkout_options/save_payment_method',
      { options: { checkout_options: { save_payment_method: 'prompt' } } },
    ],
  ])('%s is refused with a code of its own', async (pointer, fields) => {
    const { body } = await server.api('POST', path, { amount: 100, currency: 'ZAR', ...fields })
    expect(body).toMatchObject({ status: 422, code: 'not_supported', errors: [{ pointer }] })
  })
})

describe('an address to return to', () => {
  const withReturn = (return_url: string) =>
    server.api('POST', path, { amount: 100, currency: 'ZAR', options: { checkout_options: { return_url } } })

  it.each([
    'http://shop.example.com/',
    'ftp://shop.example.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user@shop.example.com/',
    'https://:password@shop.example.com/',
    'https://shop.example.com@evil.example/',
    `https://shop.example.com/${'é'.repeat(500)}`,
  ])('%s is refused', async (return_url) => {
    const { status, body } = await withReturn(return_url)
    expect([status, body.code]).toEqual([422, 'url_not_allowed'])
  })

  it.each([
    '//evil.example/',
    '/thank-you',
    '\\\\evil.example',
    'https://',
    'https://a b.example/',
    'https://a.example:99999/',
  ])('%s is none', async (return_url) => {
    const { status, body } = await withReturn(return_url)
    expect([status, body.code]).toEqual([400, 'invalid_request'])
  })

  // A browser at a page of ours reads some of these as a path of ours, and a header takes no line break.
  it.each([
    ['https:evil.example', 'https://evil.example/'],
    ['https:\\\\evil.example', 'https://evil.example/'],
    ['https:///evil.example', 'https://evil.example/'],
    ['https://evil.example\\@shop.example.com/', 'https://evil.example/@shop.example.com/'],
    ['https://shop.example.com/\r\nSet-Cookie: a=b', 'https://shop.example.com/Set-Cookie:%20a=b'],
    ['https://shop.example.com/"><script>', 'https://shop.example.com/%22%3E%3Cscript%3E'],
    ['https://shöp.example/🧾', 'https://xn--shp-tna.example/%F0%9F%A7%BE'],
    ['HTTPS://Shop.example.com', 'https://shop.example.com/'],
  ])('%j is kept, and gone to, as what it was read as', async (sent, normal) => {
    const { status, body } = await withReturn(sent)
    expect([status, body.return_url]).toEqual([201, normal])
    const card = await submit((await open(body.session_url)).forms[0])
    const [form] = card.forms
    const outcome = await fetch(form?.action ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: server.url },
      body: new URLSearchParams({ ...form?.fields, ...goodCard }),
    })
    const back = await fetch(outcome.headers.get('location') ?? '', { redirect: 'manual' })
    expect([back.status, back.headers.get('location')]).toEqual([303, normal])
  })
})

describe('lists of sessions', () => {
  it('go by reference, status and customer', async () => {
    const account = await makeAccount(server)
    const session = await sessionFor({ amount: 10, account: account.id, external_reference: 'listed' })
    for (const query of ['external_reference=listed', `customer=${account.customer_id}`]) {
      const { body } = await server.api('GET', `${path}?${query}`)
      expect(body.data).toEqual([session])
    }
    const active = (await server.api('GET', `${path}?status=active&limit=100`)).body.data
    expect(active.map(({ id }: { id: string }) => id)).toContain(session.id)
    expect((await server.api('GET', `${path}?status=completed`)).body.data.length).toBeGreaterThan(0)
    expect((await server.api('GET', `${path}?customer=nobody`)).body.data).toEqual([])
  })
})

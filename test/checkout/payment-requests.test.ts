import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { usualPolicies } from '../../src/limits/policies.ts'
import { expireCheckouts } from '../../src/payments/checkout/end.ts'
import { sendPushes } from '../../src/payments/checkout/send-pushes.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import { follow, goodCard, makeAccount, open, payWith, statusOf, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { eventsOf } from './events.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  // Nothing is given back while the tests run.
  const limits = { ...usualPolicies, dead_link: { quota: 100, window_s: 1_000_000 } }
  server = await testServer({ clock, limits, trusted_proxies: [{ address: '127.0.0.1', prefix: 32 }] })
})
afterAll(() => server.stop())

let made = 0
const requestFor = async (fields: Record<string, unknown> = {}) => {
  const answer = await server.api('POST', '/collect/payment_requests', { amount: 1000, currency: 'ZAR', ...fields })
  expect(answer.text).toContain('"pr_')
  return answer.body
}
const read = async (request: { id: string }) =>
  (await server.api('GET', `/collect/payment_requests/${request.id}`)).body

describe('a payment request', () => {
  it('is created with the fields, defaults and status of the API', async () => {
    const request = await requestFor({
      external_reference: `INV-${++made}`,
      description: 'Product purchase',
      metadata: { order_id: 'ord_789012' },
    })
    expect(request).toMatchObject({
      type: 'link',
      status: 'active',
      amount: 1000,
      currency: 'ZAR',
      external_reference: `INV-${made}`,
      description: 'Product purchase',
      metadata: { order_id: 'ord_789012' },
      expires_at: '2026-11-24T08:00:00.000Z',
      mode: 'test',
    })
    expect(request.link.url).toMatch(new RegExp(`^${server.url}/r/[0-9A-Za-z]{12}$`))
    expect(request.link.checkout_session_id).toMatch(/^chk_/)
    expect(await read(request)).toEqual(request)
    expect(await eventsOf(server, request)).toEqual(['payment_request.created'])
  })

  it('is paid at its page: direct money, told at once, with nothing of Billing', async () => {
    const request = await requestFor({ description: 'A ticket' })
    const page = await open(request.link.url)
    expect(page.text).toContain('Acme Water asks you to pay R 10,00')
    expect(page.text).toContain('A ticket')
    const outcome = await payWith(request.link.url, goodCard.card_number)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain('You paid R 10,00')
    const paid = await read(request)
    expect(paid).toMatchObject({ status: 'paid', payment_id: expect.stringMatching(/^pay_/) })
    const payment = (await server.api('GET', `/billing/payments/${paid.payment_id}`)).body
    expect(payment).toMatchObject({
      status: 'succeeded',
      payment_request_id: request.id,
      direct_amount: 1000,
      applied_amount: 0,
      unapplied_amount: 0,
      obligations: [],
    })
    expect(payment.customer_id).toBeUndefined()
    expect(await eventsOf(server, request)).toEqual(['payment_request.created', 'payment_request.paid'])
    expect((await open(request.link.url)).text).toContain('✓ Paid')
  })

  it('is applied to the account that it names, as recorded money would be', async () => {
    const account = await makeAccount(server)
    const request = await requestFor({ amount: 1500, account: account.id })
    expect(request).toMatchObject({ account_id: account.id, customer_id: account.customer_id })
    const outcome = await payWith(request.link.url, goodCard.card_number)
    expect(outcome.text).toContain('R 5,00 left')
    const { payment_id } = await read(request)
    const payment = (await server.api('GET', `/billing/payments/${payment_id}`)).body
    expect(payment).toMatchObject({ applied_amount: 1500, direct_amount: 0 })
    expect((await server.api('GET', `/billing/accounts/${account.id}`)).body.balance).toBe(500)
  })

  it('can be scanned: its codes lead to its page', async () => {
    const request = await requestFor()
    const png = Buffer.from(await (await fetch(request.link.qr_png_url)).arrayBuffer())
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    const svg = await (await fetch(request.link.qr_svg_url)).text()
    expect(scan(svg)).toBe(request.link.url)
    expect(svg.length).toBeLessThan(4_000)
  })
})

/** Draws the paths of a code into pixels, and reads it as a camera would. */
function scan(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
  const scale = 4
  const data = new Uint8Array(size * scale * size * scale * 4).fill(255)
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column++) {
        data.fill(0, (row * size * scale + column) * 4, (row * size * scale + column) * 4 + 3)
      }
    }
  }
  return decodeQR({ width: size * scale, height: size * scale, data })
}

describe('an attempt to pay a request', () => {
  it('that fails leaves it open, and the next succeeds', async () => {
    const request = await requestFor()
    const failed = await payWith(request.link.url, '4000 0000 0000 9995')
    expect(statusOf(failed)).toEqual(['failed'])
    expect((await read(request)).status).toBe('active')
    const page = await follow(failed, /Try R 10,00 again/)
    const paid = await submit((await submit(page.forms[0])).forms[0], goodCard)
    expect(statusOf(paid)).toEqual(['succeeded'])
    expect((await read(request)).status).toBe('paid')
  })

  it('gives way to the next one, which is the only one that can be charged', async () => {
    const request = await requestFor()
    const first = await submit((await open(request.link.url)).forms[0])
    const second = await submit((await open(request.link.url)).forms[0])
    expect(statusOf(await submit(first.forms[0], goodCard))).toEqual(['failed'])
    expect(statusOf(await submit(second.forms[0], goodCard))).toEqual(['succeeded'])
    expect((await read(request)).status).toBe('paid')
  })

  it('by a form that is sent twice is one payment', async () => {
    const request = await requestFor()
    const page = await open(request.link.url)
    const first = await submit(page.forms[0])
    const second = await submit(page.forms[0])
    expect(second.url).toBe(first.url)
    await submit(first.forms[0], goodCard)
    const again = await submit(page.forms[0])
    expect(statusOf(again)).toEqual(['succeeded'])
  })
})

describe('a request that has ended', () => {
  it('tells the payer until when it was open, and is paid by money that comes late', async () => {
    await requestFor()
    clock.advance(24 * 3_600_000 - 30 * 60_000)
    const late = await requestFor({ expires_at: new Date(clock.now().getTime() + 60_000).toISOString() })
    const lateCard = await submit((await open(late.link.url)).forms[0])
    clock.advance(120_000)
    const page = await open(late.link.url)
    expect(page.text).toContain('It was open until 24 November 2026')
    expect(page.forms).toEqual([])
    expect((await read(late)).status).toBe('expired')
    await expireCheckouts(server.app)
    expect(await eventsOf(server, late)).toEqual(['payment_request.created', 'payment_request.updated'])
    expect(statusOf(await submit(lateCard.forms[0], goodCard))).toEqual(['succeeded'])
    expect(await read(late)).toMatchObject({ status: 'paid', payment_id: expect.any(String) })
  })

  it('is cancelled as often as it is asked, with the attempt that was begun, and not once it is paid', async () => {
    const request = await requestFor()
    const page = await open(request.link.url)
    await submit(page.forms[0])
    const cancelled = await server.api('POST', `/collect/payment_requests/${request.id}/cancel`)
    expect(cancelled.body).toMatchObject({ status: 'expired', cancelled_at: clock.now().toISOString() })
    expect((await server.api('POST', `/collect/payment_requests/${request.id}/cancel`)).body).toEqual(cancelled.body)
    expect((await open(request.link.url)).text).toContain('Acme Water has withdrawn it')
    const attempt = await server.api('GET', `/billing/payments/${page.forms[0]?.fields.payment}`)
    expect(attempt.body.status).toBe('cancelled')
    const paid = await requestFor()
    await payWith(paid.link.url, goodCard.card_number)
    const refused = await server.api('POST', `/collect/payment_requests/${paid.id}/cancel`)
    expect(refused.body).toMatchObject({ status: 409, code: 'payment_request_state' })
  })
})

describe('a change of a request', () => {
  const patch = ({ id }: { id: string }, body: object, headers = {}) =>
    server.api('PATCH', `/collect/payment_requests/${id}`, body, headers)

  it('changes what was sent, and tells of it', async () => {
    const request = await requestFor({ external_reference: `INV-${++made}`, metadata: { a: '1' } })
    const { body } = await patch(request, {
      external_reference: `INV-${++made}`,
      description: 'Another',
      metadata: { a: null, b: '2' },
    })
    expect(body).toMatchObject({ external_reference: `INV-${made}`, description: 'Another', metadata: { b: '2' } })
    expect(await eventsOf(server, request)).toEqual(['payment_request.created', 'payment_request.updated'])
  })

  it('that gives more time opens one that has expired again', async () => {
    const request = await requestFor()
    clock.advance(25 * 3_600_000)
    await expireCheckouts(server.app)
    const expires_at = new Date(clock.now().getTime() + 3_600_000).toISOString()
    expect((await patch(request, { expires_at })).body).toMatchObject({ status: 'active', expires_at })
    expect((await open(request.link.url)).forms).toHaveLength(1)
    expect((await patch(request, { expires_at: null })).body).toMatchObject({ status: 'active', expires_at: null })
  })

  it('is refused once it is paid, with a reference of another, or with a time that is over', async () => {
    const request = await requestFor({ external_reference: `INV-${++made}` })
    const other = await requestFor()
    expect((await patch(other, { external_reference: `INV-${made}` })).body).toMatchObject({
      status: 409,
      code: 'external_reference_taken',
      errors: [{ pointer: '/external_reference' }],
    })
    const again = { amount: 1, currency: 'ZAR', external_reference: `INV-${made}` }
    expect((await server.api('POST', '/collect/payment_requests', again)).body.code).toBe('external_reference_taken')
    expect((await patch(request, { expires_at: clock.now().toISOString() })).body).toMatchObject({
      status: 400,
      errors: [{ pointer: '/expires_at' }],
    })
    expect((await patch(request, { description: 'x' }, { 'if-match': '"7.0"' })).body.code).toBe('precondition_failed')
    await payWith(request.link.url, goodCard.card_number)
    expect((await patch(request, { description: 'x' })).body).toMatchObject({
      status: 409,
      code: 'payment_request_state',
    })
  })
})

describe('money that arrives twice', () => {
  it('is kept as direct money, and its payer is told in amber that it was paid before', async () => {
    const request = await requestFor()
    const first = await submit((await open(request.link.url)).forms[0])
    const pending = await submit(first.forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
    expect(statusOf(pending)).toEqual(['pending'])
    expect((await open(request.link.url)).text).toContain('please do not pay again')
    clock.advance(5_000)
    expect((await open(request.link.url)).text).toContain('✓ Paid')
    const second = await requestFor()
    const [one, other] = [
      await submit((await open(second.link.url)).forms[0]),
      await submit((await open(second.link.url)).forms[0]),
    ]
    // Its charge is paid before it could be closed, as at a processor that cannot cancel.
    await server.database.pool.query(
      "update simulator_charge set status = 'open' where status = 'failed' and decline_code = 'superseded'",
    )
    await submit(other.forms[0], goodCard)
    const late = await submit(one.forms[0], goodCard)
    expect(late.text).toContain('This had been paid before. Acme Water has this money too: ask for it back.')
    expect(late.html).not.toContain('status good')
    const { body } = await server.api('GET', `/billing/payments/${/pay_\w+/.exec(late.url)?.[0]}`)
    expect(body).toMatchObject({ status: 'succeeded', direct_amount: 1000, unapplied_amount: 0 })
  })
})

describe('the page of a request', () => {
  it('answers every code that does not work alike, also that of a session', async () => {
    const session = (await server.api('POST', '/collect/payment_sessions', { amount: 5, currency: 'ZAR' })).body
    const code = session.session_url.split('/').at(-1)
    const pages = await Promise.all(
      [`/r/${code}`, '/r/AAAAAAAAAAAA', '/r/short', `/r/${code}/qr.svg`, '/r/x/y/z'].map((path) =>
        open(server.url + path),
      ),
    )
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(pages[0]).toMatchObject({ status: 404, text: expect.stringContaining('This link does not work') })
  })

  it('is closed to an address that has tried a hundred codes, and to no other', async () => {
    const request = await requestFor()
    const from = (address: string, url: string) => open(url, { headers: { 'x-forwarded-for': address } })
    const tries = Array.from({ length: 100 }, (_, index) => `${server.url}/r/${String(index).padStart(12, 'z')}`)
    for (const url of tries) expect((await from('203.0.113.7', url)).status).toBe(404)
    const refused = await from('203.0.113.7', request.link.url)
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('Please try again later') })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('203.0.113.8', request.link.url)).status).toBe(200)
  })

  it('refuses a form that was sent from elsewhere or made elsewhere', async () => {
    const [one, other] = [await requestFor(), await requestFor()]
    const page = await open(one.link.url)
    expect((await submit(page.forms[0], {}, { origin: 'https://evil.example' })).status).toBe(403)
    const foreign = page.forms[0] && { ...page.forms[0], action: other.link.url }
    expect((await submit(foreign)).status).toBe(403)
    expect((await submit(page.forms[0], { payment: 'pay_0352Vzp8fwfUh4H7qRDzn7' })).status).toBe(403)
  })

  it('says in a live environment, where nothing takes payments yet, how else to pay', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    await server.api('PATCH', '/settings', { how_to_pay: 'First Bank, 62 000 111 222' }, live)
    const body = { amount: 900, currency: 'ZAR', external_reference: 'LIVE-1' }
    const request = (await server.api('POST', '/collect/payment_requests', body, live)).body
    const page = await open(request.link.url)
    expect(page.text).toContain('First Bank, 62 000 111 222 Reference to quote: LIVE-1')
    expect(page.forms).toEqual([])
    const push = { ...body, external_reference: 'LIVE-2', type: 'push', push: { phone: '+27821234567' } }
    expect((await server.api('POST', '/collect/payment_requests', push, live)).body).toMatchObject({
      code: 'not_supported',
      errors: [{ pointer: '/type' }],
    })
  })
})

describe('a push', () => {
  const attemptOf = async (request: { id: string }) => {
    const { body } = await server.api('GET', '/billing/payments')
    return body.data.find((payment: { payment_request_id?: string }) => payment.payment_request_id === request.id)
  }

  it('is sent after its request was stored, approved on the phone, and paid', async () => {
    const request = await requestFor({ type: 'push', push: { phone: '+27 82 123 4567' } })
    expect(request).toMatchObject({ type: 'push', push: { phone: '+27 82 123 4567' } })
    expect(request.link).toBeUndefined()
    await sendPushes(server.app)
    await sendPushes(server.app)
    clock.advance(31_000)
    await syncDueSessions(server.app)
    clock.advance(31_000)
    await syncDueSessions(server.app)
    expect((await read(request)).status).toBe('paid')
    expect(await attemptOf(request)).toMatchObject({
      status: 'succeeded',
      channel: 'instant_eft',
      payment_method_details: { type: 'instant_eft', instant_eft: { bank: 'First Simulated Bank' } },
    })
  })

  it('that is refused on the phone has failed for good', async () => {
    const request = await requestFor({ type: 'push', push: { phone: '+27 82 123 0093' } })
    await sendPushes(server.app)
    clock.advance(31_000)
    await syncDueSessions(server.app)
    expect((await read(request)).status).toBe('failed')
    expect(await attemptOf(request)).toMatchObject({
      status: 'failed',
      channel: 'instant_eft',
      last_payment_error: { error_code: 'bank_declined', decline_code: 'refused_by_payer' },
    })
    expect(await eventsOf(server, request)).toEqual(['payment_request.created', 'payment_request.updated'])
  })
})

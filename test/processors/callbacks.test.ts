import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FakeSession } from '../fakes/stripe.ts'
import { begin, type Merchant, startMerchant, webhookSecret } from './merchant.ts'

let merchant: Merchant
let url: string
let account: { id: string; presentment_url: string }
beforeAll(async () => {
  merchant = await startMerchant()
  url = await merchant.switchOn()
})
afterAll(() => merchant.stop())
beforeEach(async () => {
  account = await merchant.account()
  await begin(account.presentment_url)
})

const session = () => merchant.stripe.sessions.at(-1) as FakeSession
const send = (body: string, headers: Record<string, string>, to = url) => fetch(to, { method: 'POST', body, headers })
const stored = async () => {
  const { rows } = await merchant.server.database.pool.query('select from processor_callback where reference = $1', [
    session().id,
  ])
  return rows.length
}

describe('what is not a callback of Stripe', () => {
  test.each([
    ['signed with another secret', () => merchant.stripe.callback(session(), 'whsec_anotherSecret')],
    [
      'an hour old',
      () => {
        const at = new Date(merchant.server.clock.now().getTime() - 3_600_000)
        return merchant.stripe.callback(session(), webhookSecret, { at })
      },
    ],
    ['without a signature', () => ({ ...merchant.stripe.callback(session(), webhookSecret), headers: {} })],
    [
      'changed on the way',
      () => {
        const { body, headers } = merchant.stripe.callback(session(), webhookSecret)
        return { body: body.replace('"livemode":true', '"livemode":true '), headers }
      },
    ],
    [
      'cut short',
      () => {
        const { body, headers } = merchant.stripe.callback(session(), webhookSecret)
        return { body: body.slice(0, -10), headers }
      },
    ],
    ['empty', () => ({ body: '', headers: merchant.stripe.callback(session(), webhookSecret).headers })],
  ])('%s: 401, and nothing is written', async (_what, make) => {
    const { body, headers } = make()
    const response = await send(body, headers as Record<string, string>)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'callback_refused'])
    expect(await stored()).toBe(0)
  })

  test('at an address that was not given to it: 404', async () => {
    const { body, headers } = merchant.stripe.callback(session(), webhookSecret)
    for (const to of [url.slice(0, -1), url.replace('/stripe/', '/simulator/'), url.replace('/stripe/', '/paypal/')]) {
      expect((await send(body, headers, to)).status).toBe(404)
    }
  })

  test('beyond 256 kB: 413, and it is not read further', async () => {
    const response = await send('x'.repeat(300 * 1024), { 'content-type': 'application/json' })
    expect(response.status).toBe(413)
  })

  test('broken off: nothing is written', async () => {
    const { hostname, port, pathname } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"id":`,
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    expect(await stored()).toBe(0)
  })
})

describe('a callback of Stripe', () => {
  test('in whichever media type is read by its bytes', async () => {
    const { body, headers } = merchant.stripe.callback(session(), webhookSecret)
    const response = await send(body, { ...headers, 'content-type': 'text/plain' })
    expect([response.status, await response.json()]).toEqual([200, {}])
    expect(await stored()).toBe(1)
  })

  test('of the test mode wakes nothing in live', async () => {
    const { body, headers } = merchant.stripe.callback(session(), webhookSecret, { livemode: false })
    expect((await send(body, headers)).status).toBe(200)
    expect(await stored()).toBe(0)
  })

  test('says nothing that is believed: a session that it calls paid, and is not, stays unpaid', async () => {
    expect(await merchant.call(url, { ...session(), status: 'complete', payment_status: 'paid' })).toBe(200)
    expect([await stored(), await merchant.balance(account)]).toEqual([1, 2000])
  })

  test('is kept until Stripe says what has happened', async () => {
    merchant.stripe.pay(session())
    merchant.stripe.faults.status = 500
    expect(await merchant.call(url, session(), { id: 'evt_keptUntilLater' })).toBe(200)
    merchant.stripe.faults.status = undefined
    expect(await merchant.balance(account)).toBe(2000)
    merchant.server.clock.advance(10_000)
    await merchant.call(url, session(), { id: 'evt_keptUntilLater' })
    expect([await stored(), await merchant.balance(account)]).toEqual([1, 0])
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { checkoutUrl } from '../../src/payments/checkout/links.ts'
import { sendPushes } from '../../src/payments/checkout/send-pushes.ts'
import { makeAccount, open, type PayerPage, payWith, statusOf, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const minuteMs = 60_000
const note = 'This page looks again by itself.'
const looksAgain = ({ headers, text }: PayerPage) => [headers.get('refresh'), text.includes(note)]
const slowBank = (chargeUrl: string) => open(`${chargeUrl}?method=instant_eft&bank=slow&delay_s=86400`)

/** Pays at a bank that takes a day, from a page. */
async function payPending(url: string): Promise<PayerPage> {
  const chargePage = await submit((await open(url)).forms[0])
  return submit((await slowBank(chargePage.url)).forms[0], { decision: 'approve' })
}

it('the page of a pending payment looks again often at first, then seldom, then not at all', async () => {
  const account = await makeAccount(server)
  const request = (await server.api('POST', '/collect/payment_requests', { amount: 5, currency: 'ZAR' })).body
  const session = (await server.api('POST', '/collect/payment_sessions', { amount: 5, currency: 'ZAR' })).body
  const outcomes: string[] = []
  for (const url of [account.presentment_url, request.link.url, session.session_url]) {
    const outcome = await payPending(url)
    expect([statusOf(outcome), looksAgain(outcome)]).toEqual([['pending'], ['5', true]])
    outcomes.push(outcome.url)
  }
  const pages = [...outcomes, request.link.url, session.session_url]
  for (const [at_ms, refresh] of [
    [2 * minuteMs - 1, '5'],
    [2 * minuteMs, '30'],
    [60 * minuteMs - 1, '30'],
    [60 * minuteMs, null],
  ] as const) {
    clock.set(new Date(Date.parse('2026-11-23T08:00:00Z') + at_ms))
    for (const url of pages) expect(looksAgain(await open(url)), url).toEqual([refresh, refresh !== null])
  }
})

it('looking again charges and writes nothing, and shows the outcome once there is one', async () => {
  const account = await makeAccount(server)
  const outcome = await payPending(account.presentment_url)
  const written = async () =>
    (
      await server.database.pool.query(`select (select count(*) from payment), (select sum(version) from payment),
        (select count(*) from audit_entry), (select count(*) from event), (select count(*) from simulator_charge) as charges`)
    ).rows[0]
  const before = await written()
  for (let count = 0; count < 5; count++) await open(outcome.url)
  expect(await written()).toEqual(before)
  clock.advance(86_400_000)
  const paid = await open(outcome.url)
  expect([statusOf(paid), looksAgain(paid)]).toEqual([['succeeded'], [null, false]])
})

it('the page of a payment that is not finished looks again, and one that failed or waits for nobody does not', async () => {
  const account = await makeAccount(server)
  const page = await open(account.presentment_url)
  expect(looksAgain(page)).toEqual([null, false])
  const chargePage = await submit(page.forms[0])
  const back = /href="([^"]+)">Go back without paying/.exec(chargePage.html)?.[1] ?? ''
  expect(looksAgain(await open(back))).toEqual(['5', true])
  expect(looksAgain(await payWith(account.presentment_url, '4000 0000 0000 0002'))).toEqual([null, false])
  expect(looksAgain(await open(back))).toEqual([null, false])
})

it('the page of a push looks again until it is approved', async () => {
  const asked = { amount: 5, currency: 'ZAR', type: 'push', push: { phone: '+27821234567' } }
  const { id } = (await server.api('POST', '/collect/payment_requests', asked)).body
  const url = checkoutUrl(server.app, { kind: 'request', id: parseId('payment_request', id) ?? '' })
  expect(looksAgain(await open(url))).toEqual(['5', true])
  await sendPushes(server.app)
  expect(looksAgain(await open(url))).toEqual(['5', true])
  clock.advance(4_000)
  const paid = await open(url)
  expect([paid.text.includes('✓ Paid'), looksAgain(paid)]).toEqual([true, [null, false]])
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodCard, makeAccount, open, submit } from '../pages/payer.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { chooseIn, chooseTransfer, codeOf, recordLine, startBank, stateOf } from './merchant.ts'

let server: Awaited<ReturnType<typeof startBank>>
beforeAll(async () => {
  server = await startBank()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const ask = async (more: object = {}) =>
  (await server.api('POST', '/collect/payment_requests', { amount: 1000, currency: 'ZAR', ...more })).body
const shown = async ({ id }: { id: string }) => (await server.api('GET', `/collect/payment_requests/${id}`)).body
const noticeWith = async (code: string) =>
  (await server.api('GET', `/collect/transfer_notices?code=${code}`)).body.data[0]

describe('a request that is for nothing in Billing', () => {
  test('is paid by the line with its code: the money is direct', async () => {
    const request = await ask({ external_reference: 'CALL-OUT-1' })
    const page = await chooseTransfer(request.link.url)
    await submit(page.forms[0])
    expect((await open(request.link.url)).text).toContain('was announced on')
    expect((await shown(request)).status).toBe('active')
    const { status, body } = await recordLine(server, codeOf(page), 1000)
    expect([status, body.direct_amount, body.payment_request_id, body.external_reference]).toEqual([
      201,
      1000,
      request.id,
      'CALL-OUT-1',
    ])
    expect(body.customer_id).toBeUndefined()
    expect(await shown(request)).toMatchObject({ status: 'paid', payment_id: body.id })
    expect((await server.api('GET', `/billing/payments/${body.id}`)).body).toMatchObject(body)
    expect(await noticeWith(codeOf(page))).toMatchObject({ payment_request_id: request.id, settled_by: body.id })
    const paid = await open(request.link.url)
    const receipt = /href="(\/r\/[^"]+\/payments\/[^"]+)"/.exec(paid.html)?.[1] ?? ''
    expect((await open(server.url + receipt)).text).toContain('R 10,00')
  })

  test('is not paid by less, which is direct all the same; the rest may come with the code too and does not pay it', async () => {
    const request = await ask()
    const page = await chooseTransfer(request.link.url)
    const { body } = await recordLine(server, codeOf(page), 400)
    expect([body.direct_amount, (await shown(request)).status]).toEqual([400, 'active'])
    expect(stateOf(await open(page.url))).toBe('settled')
    await recordLine(server, codeOf(page), 600)
    expect((await shown(request)).status).toBe('active')
  })

  test('is paid by more, and by a line that comes after it was withdrawn or has ended', async () => {
    for (const end of [
      async () => {},
      (id: string) => server.api('POST', `/collect/payment_requests/${id}/cancel`, {}),
      async () => server.clock.advance(25 * 3_600_000),
    ]) {
      const request = await ask()
      const page = await chooseTransfer(request.link.url)
      await end(request.id)
      const { body } = await recordLine(server, codeOf(page), 1500)
      expect([body.direct_amount, (await shown(request)).payment_id]).toEqual([1500, body.id])
    }
  })

  test('takes no money in another currency: to nobody it belongs, and it is not what was asked for', async () => {
    const page = await chooseTransfer((await ask()).link.url)
    const { status, body } = await recordLine(server, codeOf(page), 1000, { currency: 'USD' })
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'currency_mismatch', '/currency'])
  })

  test('that was paid by card meanwhile keeps that payment, and the money of the transfer is direct', async () => {
    const request = await ask()
    const list = await submit((await open(request.link.url)).forms[0])
    const page = await chooseIn(list)
    await submit((await submit(list.forms[0], { processor: 'simulator' })).forms[0], goodCard)
    const { payment_id } = await shown(request)
    const { body } = await recordLine(server, codeOf(page), 1000)
    expect([body.direct_amount, (await shown(request)).payment_id]).toEqual([1000, payment_id])
  })

  test('gets the same code again when its page is opened again', async () => {
    const request = await ask()
    expect(codeOf(await chooseTransfer(request.link.url))).toBe(codeOf(await chooseTransfer(request.link.url)))
  })
})

describe('a request for an account', () => {
  test('is paid, and its money is spread as that of the request would be', async () => {
    const account = await makeAccount(server)
    const request = await ask({ account: account.id, amount: 1200 })
    const page = await chooseTransfer(request.link.url)
    await submit(page.forms[0])
    expect((await open(account.presentment_url)).text).toContain('bank transfer of R 12,00')
    const { body } = await recordLine(server, codeOf(page), 1500)
    expect([body.applied_amount, body.explanation.policy]).toEqual([1500, 'due_date_first'])
    expect(await shown(request)).toMatchObject({ status: 'paid', payment_id: body.id })
  })

  test('is paid too when the caller names where the money goes, at the same customer and in its currency', async () => {
    const account = await makeAccount(server)
    const request = await ask({ account: account.id })
    const page = await chooseTransfer(request.link.url)
    const dollars = await recordLine(server, codeOf(page), 1000, { customer: account.customer_id, currency: 'USD' })
    expect([dollars.body.payment_request_id, (await shown(request)).status]).toEqual([undefined, 'active'])
    const { body } = await recordLine(server, codeOf(page), 1000, { customer: account.customer_id })
    expect([body.payment_request_id, (await shown(request)).payment_id]).toEqual([request.id, body.id])
  })

  test('that less is owed on by now is not to be paid by transfer either', async () => {
    const account = await makeAccount(server)
    const request = await ask({ account: account.id, amount: 2000 })
    const { forms } = await open(request.link.url)
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 500 })
    const refused = await submit(forms[0], { processor: 'bank_transfer' })
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('Less than that is owed')])
  })
})

test('a session is completed by the line with its code', async () => {
  const { body: session } = await server.api('POST', '/collect/payment_sessions', { amount: 700, currency: 'ZAR' })
  const page = await chooseTransfer(session.session_url)
  const { body } = await recordLine(server, codeOf(page), 700)
  expect(body.payment_session_id).toBe(session.id)
  expect((await server.api('GET', `/collect/payment_sessions/${session.id}`)).body).toMatchObject({
    status: 'completed',
    payment_id: body.id,
  })
  expect((await noticeWith(codeOf(page))).payment_session_id).toBe(session.id)
})

test('money of a request that is taken back and refunded is told like that of any payment', async () => {
  const page = await chooseTransfer((await ask()).link.url)
  const { body } = await recordLine(server, codeOf(page), 1000)
  const refund = { amount: 300, channel: 'bank_transfer', reference: `back-${body.id}`, reason: 'Cheaper' }
  expect((await server.api('POST', `/billing/payments/${body.id}/refunds`, refund)).status).toBe(201)
  const reversed = await server.api('POST', `/billing/payments/${body.id}/reversals`, { reason: 'Recalled' })
  expect([reversed.status, reversed.body.amount]).toEqual([201, 700])
})

test('the transfer of one request is not shown at the address of another', async () => {
  const [one, other] = [await ask(), await ask()]
  const page = await chooseTransfer(one.link.url)
  const path = /\/transfers\/tn_\w+/.exec(page.url)?.[0] ?? ''
  expect((await open(other.link.url + path)).status).toBe(404)
})

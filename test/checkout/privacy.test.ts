import { afterAll, beforeAll, expect, it } from 'vitest'
import { goodCard, makeAccount, open, payWith } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

it('what requests and sessions say of a customer is exported, and erased with it', async () => {
  const account = await makeAccount(server)
  const secret = 'Physiotherapy-for-Thandi'
  const asked = { amount: 500, currency: 'ZAR', account: account.id, metadata: { treatment: secret } }
  const body = { ...asked, description: secret, external_reference: secret }
  const key = { 'idempotency-key': 'asked-once' }
  const request = (await server.api('POST', '/collect/payment_requests', body, key)).body
  const session = (await server.api('POST', '/collect/payment_sessions', asked)).body
  await payWith(request.link.url, goodCard.card_number)

  const exported = (await server.api('GET', `/billing/customers/${account.customer_id}/export`)).body
  expect(exported.payment_requests).toMatchObject([{ id: request.id, description: secret, status: 'paid' }])
  expect(exported.payment_sessions).toMatchObject([{ id: session.id, metadata: { treatment: secret } }])

  await server.api('POST', `/billing/customers/${account.customer_id}/pseudonymise`)
  const { rows } = await server.database.pool.query<{ name: string; text: string }>(
    `select 'checkout' as name, checkout::text as text from checkout
     union all select 'event', coalesce(personal::text, '') || body from event
     union all select 'response', body from idempotency_response
     union all select 'payment', payment::text from payment
     union all select 'reference', reference from external_reference`,
  )
  expect(rows.filter(({ text }) => text.includes(secret))).toEqual([])
  expect((await open(request.link.url)).text).not.toContain(secret)
  const repeated = await server.api('POST', '/collect/payment_requests', body, key)
  expect(repeated.body.code).toBe('response_erased')
  const paid = (await server.api('GET', `/collect/payment_requests/${request.id}`)).body
  expect(paid).toMatchObject({ status: 'paid', amount: 500 })
})

it('a stored response holds no address of a page, and its replay does', async () => {
  const body = { amount: 500, currency: 'ZAR' }
  for (const path of ['/collect/payment_requests', '/collect/payment_sessions']) {
    const keyed = { 'idempotency-key': `with-an-address-${path.split('_').at(-1)}` }
    const first = await server.api('POST', path, body, keyed)
    const again = await server.api('POST', path, body, keyed)
    expect(again.text).toBe(first.text)
    const url = first.body.session_url ?? first.body.link.url
    const { rows } = await server.database.pool.query(
      'select body from idempotency_response where strpos(body, $1) > 0',
      [url.split('/').at(-1)],
    )
    expect(rows).toEqual([])
  }
})

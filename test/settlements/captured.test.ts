import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const post = async (path: string, body: unknown = {}) => (await server.api('POST', path, body)).body

test('the simulator settles what was captured of an authorisation, by each capture, and nothing of the rest', async () => {
  const options = { payment_method_options: { card: { capture_method: 'manual' } } }
  const session = await post('/collect/payment_sessions', { amount: 1_000, currency: 'ZAR', options })
  const held = await post('/test/payments', { payment_session: session.id, outcome: 'succeeded' })
  await post(`/collect/payments/${held.id}/captures`, { amount: 300 })
  await post(`/collect/payments/${held.id}/captures`, { amount: 200 })
  await post(`/collect/payments/${held.id}/voids`)
  clock.advance(1_000)
  const { data } = (await server.api('POST', '/test/settlements')).body
  expect(data).toMatchObject([{ amount: 485, gross: 500, fee: 15, line_count: 2, unexplained_amount: 0 }])
  expect((await server.api('GET', `/billing/payments/${held.id}`)).body).toMatchObject({ fee: 15, net: 485 })
  const balances = (await server.api('GET', '/collect/balances')).body.data
  expect(balances).toMatchObject([{ charged: 500, fees: 15, settled: 485, owed: 0 }])
})

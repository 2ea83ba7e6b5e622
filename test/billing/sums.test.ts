import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { toNumber } from '../../src/core/money.ts'
import { open } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

// One balance is exact in JSON. Nothing limits how many are summed.

const clock = settableClock(new Date('2026-06-01T00:00:00Z'))
const most = 1_000_000_000_000_000
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const refused = (answer: { status: number; body: { code: string; detail: string } }) => [
  answer.status,
  answer.body.code,
  answer.body.detail.includes('10000000000000000'),
]

test('a balance or a statement beyond what JSON holds exactly is refused, not rounded', async () => {
  const { body } = await server.api('POST', '/billing/accounts', {
    customer: { external_reference: 'C1' },
    external_reference: 'A1',
    currency: 'ZAR',
    balance: 0,
  })
  const path = `/billing/accounts/${body.id}`
  const adjust = async (amount: number, day: string) => {
    const sent = { amount, reason: 'moved', effective_at: `2026-${day}T00:00:00Z` }
    expect((await server.api('POST', `${path}/adjustments`, sent)).status).toBe(201)
  }
  const balanceInMarch = () => server.api('GET', `${path}/balance?effective_at=2026-03-01T00:00:00Z`)
  const statement = () => server.api('GET', `${path}/statement?from=2026-01-01&to=2026-12-31`)
  for (let made = 0; made < 9; made++) {
    await adjust(most, '02-01')
    await adjust(-most, '04-01')
  }
  expect((await balanceInMarch()).body.balance).toBe(9 * most)
  expect((await statement()).body).toMatchObject({ opening_balance: 0, closing_balance: 0 })
  await adjust(most, '02-01')
  await adjust(-most, '04-01')
  expect(refused(await balanceInMarch())).toEqual([422, 'amount_out_of_range', true])
  expect(refused(await statement())).toEqual([422, 'amount_out_of_range', true])
  expect(refused(await server.api('GET', `${path}/statement?from=2026-03-01&to=2026-03-31`))).toEqual([
    422,
    'amount_out_of_range',
    true,
  ])
})

test('so is what a customer owes in all; its page shows every digit', async () => {
  const { body: customer } = await server.api('POST', '/billing/customers', { external_reference: 'C2' })
  const owe = (name: string) =>
    server.api('POST', '/billing/accounts', {
      customer: customer.id,
      external_reference: name,
      currency: 'ZAR',
      balance: most - 1,
    })
  for (let made = 0; made < 9; made++) await owe(`many-${made}`)
  const lookUp = () => server.api('GET', '/billing/lookups?reference=C2')
  expect((await lookUp()).body.data[0].amount_due).toBe(9 * (most - 1))
  await owe('one-more')
  const { body, status } = await lookUp()
  expect([status, body.code]).toEqual([422, 'amount_out_of_range'])
  expect(body.detail).toContain('9999999999999990')
  const page = await open(customer.presentment_url)
  expect(page.text).toContain('99 999 999 999 999,90')
})

test('a number that is rendered is exact, or the request stops', () => {
  expect(toNumber(9_007_199_254_740_991n)).toBe(9_007_199_254_740_991)
  expect(toNumber(-9_007_199_254_740_991n)).toBe(-9_007_199_254_740_991)
  for (const beyond of [2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 10n ** 30n]) expect(() => toNumber(beyond)).toThrow()
})

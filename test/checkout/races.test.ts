import { afterAll, beforeAll, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { expireCheckouts } from '../../src/payments/checkout/end.ts'
import { goodCard, open, statusOf, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { eventsOf } from './events.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const path = '/collect/payment_requests'
const requestFor = async () => (await server.api('POST', path, { amount: 100, currency: 'ZAR' })).body
const read = async ({ id }: { id: string }) => (await server.api('GET', `${path}/${id}`)).body

it('a payment that succeeds while its request is cancelled pays it, or was closed before it was charged', async () => {
  for (let round = 0; round < 10; round++) {
    const request = await requestFor()
    const card = await submit((await open(request.link.url)).forms[0])
    const [outcome, cancelled] = await Promise.all([
      submit(card.forms[0], goodCard),
      server.api('POST', `${path}/${request.id}/cancel`),
    ])
    const { status, payment_id } = await read(request)
    const charged = statusOf(outcome).includes('succeeded')
    expect([charged, status], cancelled.text).toEqual(charged ? [true, 'paid'] : [false, 'expired'])
    expect(payment_id !== undefined).toBe(charged)
  }
})

it('a payment that is looked at by many at once pays its request once, with one event', async () => {
  const request = await requestFor()
  const card = await submit((await open(request.link.url)).forms[0])
  const pending = await submit(card.forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
  clock.advance(5_000)
  await Promise.all(Array.from({ length: 8 }, (_, index) => open(index % 2 === 0 ? pending.url : request.link.url)))
  expect(await eventsOf(server, request)).toEqual(['payment_request.created', 'payment_request.paid'])
})

it('many processes that expire at once tell of each request once', async () => {
  const requests = await Promise.all(Array.from({ length: 5 }, requestFor))
  clock.advance(25 * 3_600_000)
  await Promise.all(Array.from({ length: 3 }, () => expireCheckouts(server.app)))
  for (const request of requests) {
    expect(await eventsOf(server, request)).toEqual(['payment_request.created', 'payment_request.updated'])
  }
})

it('the same reference is taken by one of many requests that are created at once', async () => {
  const body = { amount: 100, currency: 'ZAR', external_reference: 'WANTED' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => server.api('POST', path, body)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
})

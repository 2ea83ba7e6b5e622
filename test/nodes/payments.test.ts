import { afterAll, beforeAll, expect, test } from 'vitest'
import { bucketOfValue } from '../../src/core/bucket.ts'
import type { TestServer } from '../support/server.ts'
import { type TwoNodes, twoNodes } from '../support/two-nodes.ts'

let nodes: TwoNodes
beforeAll(async () => {
  nodes = await twoNodes()
})
afterAll(() => nodes.stop())

let serial = 0

/** A text whose bucket, behind what stands before it, is on a node. */
function textOn(node: number, before = ''): string {
  for (;;) {
    const text = `text-${++serial}`
    if (bucketOfValue(`${before}${text}`) % 2 === node) return text
  }
}

const cases = [0, 1].flatMap((customer) =>
  [0, 1].flatMap((reference) => [0, 1].map((key) => ({ customer, reference, key }))),
)

async function debtor(server: TestServer, balance = 1_000): Promise<string> {
  const body = { external_reference: `c${++serial}`, currency: 'ZAR', balance }
  const made = await server.api('POST', '/billing/customers', body)
  expect([made.status, made.body.detail]).toEqual([201, undefined])
  return made.body.id
}

test.each(cases)(
  'a customer on $customer, a reference on $reference and a key on $key: paid once, and answered the same',
  async ({ customer: on, reference, key }) => {
    const server = nodes.servers[on as 0 | 1]
    const customer = await debtor(server)
    const payment = { amount: 300, currency: 'ZAR', channel: 'till', reference: textOn(reference, 'till\n'), customer }
    const headers = { 'idempotency-key': textOn(key) }
    const pay = (more: object = {}, sent: Record<string, string> = headers) =>
      server.api('POST', '/billing/payments', { ...payment, ...more }, sent)
    const first = await pay()
    expect([first.status, first.body.detail]).toEqual([201, undefined])
    expect(first.headers.get('idempotent-replayed')).toBe(null)
    const again = await pay()
    expect([again.status, again.text]).toEqual([201, first.text])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await pay({}, {})).status).toBe(200)
    expect((await pay({}, {})).body.id).toBe(first.body.id)
    expect((await pay({}, { 'idempotency-key': textOn(key) })).body.id).toBe(first.body.id)
    expect((await pay({ amount: 301 }, {})).body.code).toBe('payment_reference_conflict')
    expect((await pay({ amount: 301 })).body.code).toBe('idempotency_key_reused')
    expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(700)
  },
)

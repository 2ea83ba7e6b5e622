import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let bill: { id: string; external_reference: string; customer_id: string }
/** The ids of payments by their references. */
const paid: Record<string, string> = {}

beforeAll(async () => {
  server = await testServer()
  bill = (
    await server.api('POST', '/billing/bills', {
      external_reference: 'filters-bill',
      customer: { external_reference: 'filters-customer', currency: 'ZAR', balance: 5000 },
      currency: 'ZAR',
      amount_due: 2000,
      bill_date: '2026-01-01',
    })
  ).body
  const pay = async (channel: string, reference: string, received_at: string, target: object) => {
    const sent = { amount: 100, currency: 'ZAR', channel, reference, received_at, ...target }
    const answer = await server.api('POST', '/billing/payments', sent)
    expect([answer.status, answer.text]).toEqual([201, answer.text])
    paid[`${channel} ${reference}`] = answer.body.id
  }
  const customer = { customer: bill.customer_id }
  await pay('till', 'R1', '2026-02-01T08:00:00Z', { bill: bill.id })
  await pay('till', 'R2', '2026-02-10T08:00:00Z', { bill: bill.id })
  await pay('deposit', 'R1', '2026-02-20T08:00:00Z', customer)
  await pay('agent', 'R3', '2026-03-01T08:00:00Z', customer)
})
afterAll(() => server.stop())

async function found(query: string) {
  const { status, body } = await server.api('GET', `/billing/payments?${query}`)
  expect([status, body]).toEqual([200, body])
  const names = Object.fromEntries(Object.entries(paid).map(([name, id]) => [id, name]))
  return body.data.map(({ id }: { id: string }) => names[id])
}

describe('payments are found', () => {
  test('by a reference, in all channels or in one, as banks write it', async () => {
    expect(await found('reference=R1')).toEqual(['deposit R1', 'till R1'])
    expect(await found('reference=%20R1%20')).toEqual(['deposit R1', 'till R1'])
    expect(await found('reference=R1&channel=till')).toEqual(['till R1'])
    expect(await found('reference=R9')).toEqual([])
    expect(await found('reference=R1&limit=1')).toEqual(['deposit R1'])
  })

  test('by the bill that they were applied to', async () => {
    expect(await found(`bill=${bill.id}`)).toEqual(['till R2', 'till R1'])
    expect(await found('bill=filters-bill&channel=deposit')).toEqual([])
    expect(await found('bill=nobodys-bill')).toEqual([])
  })

  test('by when they were received, beside a filter that a key serves', async () => {
    const customer = `customer=${bill.customer_id}`
    expect(await found(`${customer}&received_from=2026-02-10T08:00:00Z&received_to=2026-02-20T08:00:00Z`)).toEqual([
      'deposit R1',
      'till R2',
    ])
    for (const name of ['received_from', 'received_to', 'updated_from']) {
      const { status, body } = await server.api('GET', `/billing/payments?channel=till&${name}=2026-02-10T08:00:00Z`)
      expect([status, body.errors[0]]).toMatchObject([400, { parameter: name, code: 'filter_alone' }])
    }
  })

  test('in their environment only', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    for (const query of ['reference=R1', 'bill=filters-bill']) {
      expect((await server.api('GET', `/billing/payments?${query}`, undefined, live)).body.data).toEqual([])
    }
  })

  test('by a reference with a plan that goes by the key, whatever the number of payments', async () => {
    await server.database.owner.query(
      `insert into payment_reference (environment_id, channel, reference, payment_id, fingerprint, bucket)
       select 9999, 'channel-' || at % 3, 'many-' || at, gen_random_uuid(), '', 0 from generate_series(1, 20000) as at`,
    )
    await server.database.owner.query('analyze payment_reference')
    const { rows } = await server.database.pool.query<{ 'QUERY PLAN': string }>(
      `explain ${readFileSync(
        new URL('../../src/payments/recorded/sql/find-reference-in-channels.sql', import.meta.url),
        'utf8',
      )}`
        .replaceAll('$1', '9999')
        .replaceAll('$2', "'many-7'"),
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).not.toContain('Seq Scan on payment_reference')
    await server.database.owner.query('delete from payment_reference where environment_id = 9999')
  })
})

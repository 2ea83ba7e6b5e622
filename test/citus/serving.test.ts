import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
import { bucketOf, type Id, parseId } from '../../src/core/id/id.ts'
import type { CitusMap } from '../../src/distribution/citus-map.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let customers: { id: string; presentment_url: string }[]
beforeAll(async () => {
  server = await testServer()
  customers = await Promise.all(
    Array.from({ length: 24 }, async (_, at) => {
      const body = { external_reference: `c${at}`, currency: 'ZAR', balance: 1_000_000 }
      const made = await server.api('POST', '/billing/customers', body)
      expect([made.status, made.text]).toEqual([201, expect.anything()])
      return made.body
    }),
  )
})
afterAll(async () => {
  await server.stop()
})

const map = () => server.app.shards as CitusMap
const nodeOf = (customer: { id: string }) => map().nodeOf(bucketOf(parseId('customer', customer.id) as Id))

const payment = (customer: string, reference: string) => ({
  customer,
  amount: 10,
  currency: 'ZAR',
  channel: 'till',
  reference,
  policy: 'oldest_first',
})

const pay = (customer: string, reference: string, key: string) =>
  server.api('POST', '/billing/payments', payment(customer, reference), { 'idempotency-key': key })

test('payments go straight to each of the machines, and again with the same key they are the first', async () => {
  expect(new Set(customers.map(nodeOf)).size).toBe(map().nodes.length)
  const first = await Promise.all(customers.map(({ id }, at) => pay(id, `first-${at}`, `key-${at}`)))
  const again = await Promise.all(customers.map(({ id }, at) => pay(id, `first-${at}`, `key-${at}`)))
  expect(first.map(({ status }) => status)).toEqual(customers.map(() => 201))
  expect(again.map(({ text }) => text)).toEqual(first.map(({ text }) => text))
  expect(map().nodes.every((pool) => pool.totalCount > 0)).toBe(true)
})

test('payers pay on their pages', async () => {
  await Promise.all(customers.slice(0, 6).map(({ presentment_url }) => payThroughPages(presentment_url)))
})

test('money of nobody is given to a customer of any machine', async () => {
  for (const [at, { id }] of customers.slice(0, 6).entries()) {
    const body = { unidentified: true, amount: 500, currency: 'ZAR', channel: 'bank', reference: `nobody-${at}` }
    const recorded = await server.api('POST', '/billing/payments', body)
    expect([recorded.status, recorded.text]).toEqual([201, expect.anything()])
    const to = { to: { customer: id }, policy: 'oldest_first' }
    const assigned = await server.api('POST', `/billing/payments/${recorded.body.id}/assignments`, to)
    expect([assigned.status, assigned.text]).toEqual([201, expect.anything()])
  }
})

test('a shard is moved under payments: none is lost or there twice, and the map follows', async () => {
  const { machines } = inject('citus')
  const [coordinator] = machines
  const client = new pg.Client({ ...coordinator, database: server.database.name })
  await client.connect()
  const { rows } = await client.query<{
    shardid: string
    from_port: number
    to_port: number
    host: string
    to_host: string
  }>(`
    select s.shardid, n.nodename as host, n.nodeport as from_port, o.nodename as to_host, o.nodeport as to_port
    from pg_dist_shard as s join pg_dist_placement using (shardid) join pg_dist_node as n using (groupid)
    join pg_dist_node as o on o.noderole = 'primary' and o.groupid <> n.groupid and o.shouldhaveshards
    where s.logicalrelid = 'customer'::regclass order by s.shardid limit 1`)
  const [move] = rows
  const before = customers.map(nodeOf)
  let isMoving = true
  const references: string[] = []
  const refused: string[] = []
  const caller = async (at: number) => {
    for (let round = 0; isMoving; round++) {
      const reference = `moved-${at}-${round}`
      const customer = customers[(at + round * 5) % customers.length] as { id: string }
      const { status, text } = await pay(customer.id, reference, reference)
      if (status === 201) references.push(reference)
      else refused.push(`${status} ${text}`)
    }
  }
  const callers = [0, 1, 2, 3].map(caller)
  await client.query("select citus_move_shard_placement($1, $2, $3, $4, $5, 'block_writes')", [
    move?.shardid,
    move?.host,
    move?.from_port,
    move?.to_host,
    move?.to_port,
  ])
  isMoving = false
  await Promise.all(callers)
  await client.end()
  expect(references.length).toBeGreaterThan(0)
  expect(refused.filter((line) => !line.startsWith('503'))).toEqual([])
  const { rows: found } = await server.database.pool.query<{ reference: string; times: bigint }>(
    "select reference, count(*) as times from payment where reference like 'moved-%' group by reference having count(*) > 0",
  )
  expect(found.filter(({ times }) => times !== 1n)).toEqual([])
  const there = new Set(found.map(({ reference }) => reference))
  expect(references.filter((reference) => !there.has(reference))).toEqual([])
  await eventually(() => customers.some((customer, at) => nodeOf(customer) !== before[at]), 'the map follows', 90_000)
  expect((await pay(customers[0]?.id ?? '', 'after', 'after')).status).toBe(201)
}, 240_000)

test('a customer is pseudonymised with the events that told of it', async () => {
  const [customer] = customers
  const pseudonymised = await server.api('POST', `/billing/customers/${customer?.id}/pseudonymise`)
  expect([pseudonymised.status, pseudonymised.text]).toEqual([200, expect.anything()])
  const { rows } = await server.database.pool.query<{ told: bigint }>(
    "select count(*) as told from event where personal like '%c0\"%'",
  )
  expect(rows).toEqual([{ told: 0n }])
  const { rows: left } = await server.database.pool.query('select 1 from unerased_customer')
  expect(left).toEqual([])
})

import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
import { classOf } from '../../src/distribution/classify.ts'
import { readSnapshot } from '../../src/distribution/snapshot.ts'
import { brokenRules, excepted, onOneMachine, type Places } from '../database/statement-rules.ts'
import { prepareStorm, storm } from '../model/storm.ts'
import { shardOfTests, type TwoNodes, twoNodes } from '../support/two-nodes.ts'

/** A statement as it was sent, and in which transaction of its connection. */
type Sent = { name: string; text: string; values: unknown[]; transaction: object }

const sent: Sent[] = []
const transactions = new WeakMap<pg.Client, object>()
type Query = (this: pg.Client, ...sent: unknown[]) => unknown
const prototype = pg.Client.prototype as unknown as { query: Query }
const original = prototype.query
prototype.query = function query(...statement) {
  const { name = '', text = '', values = [] } = Object(statement[0]) as Partial<Sent>
  if (text === 'begin') transactions.set(this, {})
  else if (text === 'commit' || text === 'rollback') transactions.delete(this)
  else if (name !== '') {
    const transaction = transactions.get(this) ?? {}
    sent.push({ name: name.replace(/-[0-9a-f]{8}$/, ''), text, values, transaction })
  }
  return Reflect.apply(original, this, statement)
}

let nodes: TwoNodes
let places: Places
beforeAll(async () => {
  nodes = await twoNodes({ servers_each: 2 })
  const { tables } = await readSnapshot(nodes.databases[0].owner)
  const named = (wanted: string) => new Set(tables.filter((table) => classOf(table) === wanted).map(({ name }) => name))
  places = { distributed: named('distributed'), reference: named('reference') }
  sent.length = 0
  const [server] = nodes.servers
  const customers = await Promise.all(
    Array.from({ length: 30 }, async (_, at) => {
      const body = { external_reference: `c${at}`, currency: 'ZAR', balance: 1_000 }
      return (await server.api('POST', '/billing/customers', body)).body
    }),
  )
  // Of many customers at once, so that batches have many shards.
  for (let round = 0; round < 3; round++) {
    await Promise.all(
      customers.map(({ id: customer }, at) =>
        server.api('POST', '/billing/payments', {
          amount: 100,
          currency: 'ZAR',
          channel: 'till',
          reference: `r${round}-${at}`,
          customer,
          policy: 'oldest_first',
        }),
      ),
    )
  }
  await Promise.all(customers.slice(0, 8).map(({ presentment_url }) => payThroughPages(presentment_url)))
  await storm(server, await prepareStorm(server, 'storm'), 1)
})
afterAll(async () => {
  prototype.query = original
  await nodes.stop()
})

/** The integers of an array in PostgreSQL's binary format. */
function integersOf(value: unknown): number[] {
  if (!Buffer.isBuffer(value)) throw new Error('not an array')
  return Array.from({ length: value.readInt32BE(12) }, (_, at) => value.readInt32BE(20 + at * 8 + 4))
}

/** The transactions of batches. */
const batches = () => new Set(sent.filter(({ name }) => name === 'open-batch').map(({ transaction }) => transaction))

const locks = /\bfor (no key update|update|share|key share)\b(?! skip locked)/

test('a lock is for one shard, and in a batch those of one kind go by shard', () => {
  const found = new Set<string>()
  const ofBatches = batches()
  const last = new Map<object, Map<string, number>>()
  for (const { name, text, values, transaction } of sent) {
    const [, place] = /\bbucket = any \(\$(\d+)/.exec(text) ?? []
    if (!locks.test(text) || place === undefined) continue
    const shards = [...new Set(integersOf(values[Number(place) - 1]).map(shardOfTests))]
    expect([name, shards.length]).toEqual([name, 1])
    found.add(name)
    // What changes a payment and then what came of it locks one after the other, by that order.
    if (!ofBatches.has(transaction)) continue
    const before = last.get(transaction) ?? new Map<string, number>()
    expect([name, shards[0]]).toEqual([name, Math.max(shards[0] as number, before.get(name) ?? 0)])
    last.set(transaction, before.set(name, shards[0] as number))
  }
  expect([...found]).toEqual(expect.arrayContaining(['lock-receivables', 'lock-payments', 'hold-objects']))
  const inSeveral = [...last.values()].filter((names) => names.size > 0)
  expect(inSeveral.length).toBeGreaterThan(10)
})

test('what is for one machine is not sent', () => {
  const names = new Set(sent.map(({ name }) => name))
  expect(names.size).toBeGreaterThan(80)
  expect(onOneMachine.filter((name) => names.has(name))).toEqual([])
})

test('what batches send keeps every rule for spread tables, but for what is said of it', () => {
  const ofBatches = batches()
  const names = new Map(
    sent.filter(({ transaction }) => ofBatches.has(transaction)).map(({ name, text }) => [name, text]),
  )
  expect(names.size).toBeGreaterThan(15)
  const broken = [...names].flatMap(([name, text]) => {
    const rules = brokenRules(text, places).filter((rule) => !excepted[rule]?.includes(name))
    return rules.map((rule) => `${name}: ${rule}`)
  })
  // Objects that were archived and are owed something again: seldom, and not written for spread tables yet.
  const allowed = ['unarchive-objects: no_volatile_call', 'unarchive-objects: one_write']
  expect(broken.filter((one) => !allowed.includes(one))).toEqual([])
})

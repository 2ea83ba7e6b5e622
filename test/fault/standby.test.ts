import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { type Id, parseId } from '../../src/core/id/id.ts'
import { createDatabaseReader } from '../../src/server/metrics/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { loopback, networkNamespaces, type StandbyPair, standbyPair } from '../support/standby-pair.ts'
import { tally } from '../support/tally.ts'
import { collectPayments } from './collecting.ts'

// How often the primary and the standby are lost under load; each of the two in its own ways, in turns.
const failovers = Number(process.env.FAILOVERS ?? 1)
const lostStandbys = Number(process.env.LOST_STANDBYS ?? 0)
const isLong = failovers > 1 || lostStandbys > 0

let pair: StandbyPair
let server: TestServer
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
let ahead_ms = 0
const clock: Clock = { now: () => new Date(Date.now() + ahead_ms) }
const quiet = { debug() {}, info() {}, warn() {}, error: console.error }

beforeAll(async () => {
  const network = isLong ? await networkNamespaces().catch(onLoopback) : loopback
  pair = await standbyPair(network).catch(async (error) => {
    await network.remove()
    throw error
  })
  receiver = await webhookReceiver()
  server = await testServer({ database: pair.database, clock, log: quiet })
  const endpoint = { url: receiver.url, event_types: ['obligation.amount_applied'] }
  expect((await server.api('POST', '/webhooks/endpoints', endpoint)).status).toBe(201)
})
afterAll(async () => {
  await server?.stop()
  await receiver?.close()
  // Proves the books.
  await pair?.database.drop().finally(() => pair.stop())
})

function onLoopback(error: Error) {
  console.log(`network namespaces cannot be made here, so nothing is cut off: ${error.message}`)
  return loopback
}

async function openAccount(reference: string): Promise<string> {
  const customer = { external_reference: `${reference}c` }
  const body = { customer, external_reference: reference, currency: 'ZAR', balance: 1_000_000 }
  return (await server.api('POST', '/billing/accounts', body)).body.id
}

describe('a commit whose wait for the standby is cancelled', () => {
  test('is an unknown outcome, also when it is sent again, and no webhook leaves before the standby has it', async () => {
    const account = await openAccount('cancelled')
    await pair.kill('standby')
    const payment = { amount: 3, currency: 'ZAR', channel: 'till', reference: 'cancelled-1', account }
    const customer = { external_reference: 'cancelled-2' }
    const asked = [
      server.api('POST', '/billing/payments', payment, { 'idempotency-key': 'cancelled-1' }),
      server.api('POST', '/billing/customers', customer, { 'idempotency-key': 'cancelled-2' }),
    ]
    const isCounted = async () => ((await createDatabaseReader(server.app)()).commits?.waiting ?? 0) >= 2
    await eventually(isCounted, 'both commits wait, and are counted')
    let answered = false
    asked[1]?.then(() => {
      answered = true
    })
    const cancel =
      "select pg_cancel_backend(pid) from pg_stat_activity where datname = 'tallystick' and wait_event = 'SyncRep'"
    const find = () => server.api('GET', '/billing/payments?channel=till&reference=cancelled-1')
    await eventually(async () => {
      await pair.admin(cancel)
      return answered && (await find()).body.data?.length === 1
    }, 'both are cancelled, and the rows can be seen, which are on one server only')
    const again = async () => {
      await asked[1]
      return server.api('POST', '/billing/customers', customer, { 'idempotency-key': 'cancelled-2' })
    }
    for (const { status, body } of await Promise.all([...asked, again()])) {
      expect([status, body.code]).toEqual([503, 'outcome_unknown'])
    }
    expect(receiver.received).toEqual([])
    await pair.start('standby')
    await pair.replicates()
    const repeat = () => server.api('POST', '/billing/payments', payment, { 'idempotency-key': 'cancelled-1' })
    await eventually(async () => (await repeat()).status === 201, 'the payment is acknowledged')
    const replayed = await eventually(async () => {
      const answer = await again()
      return answer.status === 201 && answer
    }, 'the customer is acknowledged')
    expect(replayed.headers.get('idempotent-replayed')).toBe('true')
    // Claims whose commit was not reported expire.
    ahead_ms += 25_000
    await eventually(() => receiver.received.length > 0, 'the webhook arrives')
  })
})

describe('under load', () => {
  test('a primary that is lost takes no acknowledged payment with it, and none is applied twice', async () => {
    const accounts = await Promise.all([0, 1, 2, 3].map((index) => openAccount(`failover-${index}`)))
    for (let round = 0; round < failovers; round++) {
      const collecting = collectPayments(server, accounts, `failover-${round}`)
      await collecting.reaches(50)
      const isCut = isLong && pair.network !== loopback && round % 2 === 1
      const lost = performance.now()
      if (isCut) await pair.cut('primary')
      else await pair.kill('primary')
      await pair.promote()
      const promoted = performance.now()
      await collecting.reaches(50)
      await collecting.stop()
      const how = `on ${pair.network.kind}, primary ${isCut ? 'cut off' : 'killed'}`
      const pause = Math.round(collecting.longestPause(lost))
      console.log(
        `failover ${round + 1} ${how}: ${pause} ms without payments; promoted after ${Math.round(promoted - lost)} ms; ${collecting.acknowledged()} payments`,
      )
      await collecting.expectAllOnce(pair.database.pool)
      tally('failovers')
      if (!isLong) continue
      await pair.mend('standby')
      await pair.rejoin()
    }
    await expectToldIsThere()
  })

  const loseStandbys = async () => {
    const accounts = await Promise.all([0, 1, 2, 3].map((index) => openAccount(`alone-${index}`)))
    for (let round = 0; round < lostStandbys; round++) {
      const collecting = collectPayments(server, accounts, `alone-${round}`)
      await collecting.reaches(50)
      const isCut = pair.network !== loopback && round % 3 === 1
      const isWorst = round % 3 === 2
      if (isCut) await pair.cut('standby')
      else await pair.kill('standby')
      const alone = performance.now()
      await delay(8_000)
      if (isWorst) {
        // What was committed there alone can be seen when it is back, and is lost with it.
        await pair.kill('primary')
        await pair.start('primary')
        await delay(8_000)
      }
      const acknowledged = collecting.between(alone, performance.now())
      if (isWorst) {
        await pair.kill('primary')
        await pair.start('standby')
        await pair.promote()
      } else if (isCut) await pair.mend('standby')
      else await pair.start('standby')
      if (!isWorst) await pair.replicates()
      await collecting.reaches(50)
      await collecting.stop()
      const how = isCut ? 'cut off' : isWorst ? 'lost, and promoted after the primary was lost too' : 'lost'
      const pause = Math.round(collecting.longestPause(alone))
      console.log(
        `standby ${round + 1} on ${pair.network.kind} ${how}: ${pause} ms without payments; ${[...collecting.answers].join('; ')}`,
      )
      expect(acknowledged).toBe(0)
      await collecting.expectAllOnce(pair.database.pool)
      tally('lost standbys')
      if (isWorst) await pair.rejoin()
    }
    await expectToldIsThere()
  }
  if (lostStandbys > 0) test('no payment is acknowledged without a standby', loseStandbys)
})

/** Every event that left tells of a payment that is still there. */
async function expectToldIsThere() {
  const ids = receiver.received.map(({ body }) => parseId('payment', JSON.parse(body).data.payment_id))
  const { rows } = await pair.database.pool.query<{ id: Id }>('select id from payment where id = any ($1::uuid[])', [
    ids,
  ])
  const there = new Set(rows.map(({ id }) => id))
  expect(ids.length).toBeGreaterThan(0)
  expect(ids.filter((id) => id === undefined || !there.has(id))).toEqual([])
}

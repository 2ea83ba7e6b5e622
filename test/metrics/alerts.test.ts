import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createJobs, type Jobs } from '../../src/jobs/index.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import { type MetricsListener, serveMetrics } from '../../src/server/metrics/listener.ts'
import type { FakeSession } from '../fakes/stripe.ts'
import { paymentsOf, submit } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant } from '../processors/merchant.ts'
import { freePort } from '../support/child-server.ts'
import { eventually } from '../support/eventually.ts'
import { parseMetrics } from './parse.ts'
import { Evaluator, metricOf, readRules } from './rules.ts'

// One server, and one outage after the other. The time of the rules is that of its clock: a look is a minute after the last.
const rules = readRules()
const evaluator = new Evaluator(rules)
const seen = new Set<string>()
const fired = new Set<string>()
let merchant: Merchant
let callbackUrl: string
let metrics: MetricsListener
let jobs: Jobs
let dependency: ReturnType<typeof createServer>
beforeAll(async () => {
  merchant = await startMerchant()
  callbackUrl = await merchant.switchOn()
  dependency = createServer((_request, response) => response.end()).listen(0, '127.0.0.1')
  await once(dependency, 'listening')
  const { port } = dependency.address() as AddressInfo
  const run = async () => {
    await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })).arrayBuffer()
  }
  jobs = createJobs(merchant.server.app, [{ name: 'read-settlements', every_ms: 20, run }])
  jobs.start()
  metrics = await serveMetrics(merchant.server.app, () => jobs.status(), { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await jobs.stop()
  dependency.close()
  await merchant.stop()
})

/** Scrapes a minute later, and gives the alerts that fire. */
async function look(): Promise<string[]> {
  const { clock } = merchant.server
  clock.advance(60_000)
  const now = clock.now().toISOString()
  const hasRun = () => jobs.status().every((job) => [job.last_success_at, job.last_failure_at].some((at) => at === now))
  await eventually(hasRun, 'the job has run')
  const scraped = await fetch(`http://127.0.0.1:${metrics.port}/metrics`).then(
    async (answer) => parseMetrics(await answer.text()),
    () => undefined,
  )
  const up = { name: 'up', labels: { job: 'tallystick' }, value: scraped ? 1 : 0 }
  const series = [up, ...(scraped ?? [])]
  for (const { name } of series) seen.add(name)
  const firing = evaluator.firing(series, clock.now().getTime() / 1_000)
  for (const alert of firing) fired.add(alert)
  return firing
}

/** Looks at every minute until something fires, and says what and after how many minutes. */
async function firstAlert(between: () => Promise<void> = async () => {}): Promise<[string[], number]> {
  for (let minutes = 1; minutes <= 40; minutes++) {
    await between()
    const firing = await look()
    if (firing.length > 0) return [firing, minutes]
  }
  return [[], 40]
}

/** Nothing fires any more: what was wrong has an end. */
async function expectCalm(between: () => Promise<void> = async () => {}): Promise<void> {
  await eventually(
    async () => {
      await between()
      return (await look()).length === 0
    },
    'the alert ends',
    20_000,
  )
}

async function locked<T>(statement: string, work: () => Promise<T>): Promise<T> {
  const holder = await merchant.server.database.owner.connect()
  try {
    await holder.query('begin')
    await holder.query(statement)
    return await work()
  } finally {
    await holder.query('rollback')
    holder.release()
  }
}

const rowsOf = async (sql: string) => (await merchant.server.database.pool.query(sql)).rows
const allSent = async () => {
  merchant.server.app.wakeDispatcher()
  const due = `select from webhook_delivery where status = 'pending' and next_attempt_at <= '${merchant.server.clock.now().toISOString()}'`
  await eventually(async () => (await rowsOf(due)).length === 0, 'all that was due was sent')
  await eventually(async () => (await rowsOf('select from unsequenced_event')).length === 0, 'the feed has all')
}
async function deadEndpoint(): Promise<() => Promise<void>> {
  const url = `http://127.0.0.1:${await freePort()}/hook`
  const { id } = (await merchant.live('POST', '/webhooks/endpoints', { url })).body
  return async () => {
    await merchant.live('DELETE', `/webhooks/endpoints/${id}`)
  }
}

test('nothing fires while all is well', async () => {
  const account = await merchant.account()
  await begin(account.presentment_url)
  for (let minutes = 0; minutes < 15; minutes++) expect(await look()).toEqual([])
})

test('a database that is gone', { timeout: 60_000 }, async () => {
  const { host, port, password } = inject('postgres')
  const admin = new pg.Client({ host, port, password, user: 'postgres', database: 'postgres' })
  await admin.connect()
  const { name } = merchant.server.database
  const allow = (allowed: boolean) => admin.query(`alter database ${name} with allow_connections ${allowed}`)
  try {
    await look()
    await allow(false)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    expect(await firstAlert()).toEqual([['TallystickDatabaseDown'], 2])
    for (let count = 0; count < 25; count++) await merchant.live('GET', '/billing/customers')
    expect(await look()).toEqual(['TallystickDatabaseDown'])
    expect(await look()).toEqual(['TallystickDatabaseDown', 'TallystickServerErrors'])
  } finally {
    await allow(true)
    await admin.end()
  }
  await expectCalm()
})

test('connections that are all in use', { timeout: 60_000 }, async () => {
  const { pool } = merchant.server.database
  const held = await Promise.all(Array.from({ length: pool.options.max ?? 0 }, () => pool.connect()))
  await look()
  await look()
  const firing = await look()
  for (const connection of held) connection.release(true)
  expect(firing).toEqual(['TallystickDatabaseDown', 'TallystickConnectionsExhausted'])
  await expectCalm()
})

test('figures that are not read in time, while the database is there', { timeout: 60_000 }, async () => {
  const table = 'lock table refund in access exclusive mode'
  expect(await locked(table, () => firstAlert())).toEqual([['TallystickFiguresMissing'], 6])
  await expectCalm()
})

test('an event loop that is blocked', { timeout: 60_000 }, async () => {
  const block = async () => {
    // What it measures first after it was read is the time from here on.
    await delay(50)
    const end = performance.now() + 1_200
    while (performance.now() < end);
  }
  await look()
  expect(await firstAlert(block)).toEqual([['TallystickEventLoopBlocked'], 6])
  await expectCalm()
})

test('load that is shed', { timeout: 60_000 }, async () => {
  const { shed } = merchant.server.app.figures.limits
  await look()
  expect(
    await firstAlert(async () => {
      shed.queue += 1
    }),
  ).toEqual([['TallystickLoadShed'], 2])
  await expectCalm()
})

test('a backup that is not made any more', { timeout: 60_000 }, async () => {
  const { app, clock } = merchant.server
  const every_ms = 24 * 3_600_000
  // By the second look it is two hours late.
  const last_at = new Date(clock.now().getTime() - every_ms - 7_200_000 + 90_000)
  app.figures.backup = { every_ms, last_at, bytes: 1 }
  expect(await firstAlert()).toEqual([['TallystickBackupLate'], 7])
  app.figures.backup.last_at = clock.now()
  await expectCalm()
})

test('books that are not right', { timeout: 60_000 }, async () => {
  const { owner } = merchant.server.database
  await owner.query('update verify_place set found_violations = 1')
  expect(await firstAlert()).toEqual([['TallystickBooksBroken'], 2])
  await owner.query('update verify_place set found_violations = 0')
  await expectCalm()
})

test('a feed that stands still', { timeout: 60_000 }, async () => {
  const firing = await locked('select from feed_place for update', async () => {
    await merchant.account()
    return firstAlert()
  })
  expect(firing).toEqual([['TallystickFeedStalled'], 3])
  await expectCalm()
})

test('a receiver that is dead', { timeout: 60_000 }, async () => {
  const remove = await deadEndpoint()
  const { attempts } = merchant.server.app.figures
  const before = attempts.failed
  await merchant.account()
  await eventually(() => attempts.failed > before, 'an attempt has failed')
  await allSent()
  const [firing, minutes] = await firstAlert(allSent)
  expect(firing).toEqual(['TallystickEndpointFailing'])
  expect(minutes).toBeGreaterThanOrEqual(16)
  await remove()
  await expectCalm(allSent)
})

test('deliveries that nobody can send', { timeout: 60_000 }, async () => {
  const remove = await deadEndpoint()
  await merchant.account()
  const waiting = "select from webhook_delivery where status = 'pending' and attempts > 0"
  await eventually(async () => (await rowsOf(waiting)).length > 1, 'attempts have failed')
  await allSent()
  const firing = await locked("select from webhook_delivery where status = 'pending' for update", () => firstAlert())
  expect(firing).toEqual([['TallystickWebhooksStalled'], expect.any(Number)])
  expect(firing[1]).toBeGreaterThanOrEqual(4)
  await remove()
  await expectCalm(allSent)
})

test('a processor that answers with errors: its calls, and what it called about', { timeout: 60_000 }, async () => {
  const { app } = merchant.server
  const account = await merchant.account()
  await begin(account.presentment_url)
  const session = merchant.stripe.sessions.at(-1) as FakeSession
  merchant.stripe.faults.status = 500
  await merchant.call(callbackUrl, session)
  const ask = async () => {
    await syncDueSessions(app)
    await lookIntoCallbacks(app)
  }
  const [firing, minutes] = await firstAlert(ask)
  expect(firing).toEqual(['TallystickProcessorFailing'])
  expect(minutes).toBeGreaterThan(5)
  await eventually(async () => {
    await ask()
    return (await look()).includes('TallystickCallbacksWaiting')
  }, 'the callback has waited for too long')
  merchant.stripe.faults.status = undefined
  await expectCalm(ask)
})

test('a refund that its processor does not decide', { timeout: 60_000 }, async () => {
  const { app } = merchant.server
  const account = await merchant.account()
  await submit((await begin(account.presentment_url)).forms[0])
  await syncDueSessions(app)
  const [payment] = await paymentsOf(merchant.server, account)
  expect(payment).toMatchObject({ status: 'succeeded' })
  const { data } = (await merchant.live('GET', '/billing/payments?limit=1')).body
  merchant.stripe.faults.status = 500
  const refund = await merchant.live('POST', `/collect/payments/${data[0].id}/refunds`, {
    amount: 100,
    reason: 'sent twice',
  })
  expect(refund.body).toMatchObject({ status: 'pending' })
  merchant.stripe.faults.status = undefined
  merchant.server.clock.advance(23.9 * 3_600_000)
  await allSent()
  const [firing, minutes] = await firstAlert(allSent)
  expect(firing).toEqual(['TallystickRefundUndecided'])
  expect(minutes).toBeGreaterThan(6)
})

test('a job whose dependency is gone', { timeout: 60_000 }, async () => {
  dependency.close()
  dependency.closeAllConnections()
  await eventually(() => (jobs.status()[0]?.failures ?? 0) > 0, 'it fails')
  let firing: string[] = []
  let minutes = 0
  for (; minutes < 20 && !firing.includes('TallystickJobLate'); minutes++) firing = await look()
  expect(minutes).toBeGreaterThanOrEqual(10)
  expect(firing).toContain('TallystickJobLate')
})

test('a process that is gone', async () => {
  await metrics.close()
  expect(await look()).not.toContain('TallystickDown')
  expect(await look()).toEqual(['TallystickDown'])
})

test('every rule has fired in its outage, and looks at a metric that there is', () => {
  expect(rules.map(({ alert }) => alert).filter((alert) => !fired.has(alert))).toEqual([])
  expect(rules.filter((rule) => !seen.has(metricOf(rule)))).toEqual([])
})

import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { version } from '../../src/core/version.ts'
import { createJobs, type Jobs } from '../../src/jobs/index.ts'
import { type MetricsListener, serveMetrics } from '../../src/server/metrics/listener.ts'
import { childServer, freePort } from '../support/child-server.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { encryptionKey, type TestServer, testServer } from '../support/server.ts'
import { parseMetrics, type Series } from './parse.ts'

let server: TestServer
let metrics: MetricsListener
let jobs: Jobs
let broken = false
beforeAll(async () => {
  server = await testServer()
  const run = async () => {
    if (broken) throw new Error('what it needs is gone')
  }
  jobs = createJobs({ ...server.app, log: { debug() {}, info() {}, warn() {}, error() {} } }, [
    { name: 'tell-overdue', every_ms: 20, run },
  ])
  jobs.start()
  metrics = await serveMetrics(server.app, () => jobs.status(), { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await metrics.close()
  await jobs.stop()
  await server.stop()
})

const address = () => `http://127.0.0.1:${metrics.port}/metrics`
const text = async () => (await fetch(address())).text()
const scrape = async () => parseMetrics(await text())

function value(series: Series[], name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels)
  return series.find((one) => one.name === name && wanted.every(([label, is]) => one.labels[label] === is))?.value
}

async function makeAccount(reference: string): Promise<string> {
  const customer = { external_reference: `${reference}-customer`, name: 'Thandi Nkosi', email: 'thandi@example.com' }
  const body = { customer, external_reference: reference, currency: 'ZAR', balance: 5_000 }
  return (await server.api('POST', '/billing/accounts', body)).body.id
}

describe('the text', () => {
  test('is one that a strict reader takes, and says which version runs', async () => {
    const answer = await fetch(address())
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const series = parseMetrics(await answer.text())
    expect(value(series, 'tallystick_build_info', { version })).toBe(1)
    expect(value(series, 'tallystick_database_up')).toBe(1)
    expect(value(series, 'tallystick_database_figures_missing')).toBe(0)
    expect(value(series, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    // Its own three, the port and the database; only Linux tells.
    if (process.platform === 'linux') expect(value(series, 'process_open_fds')).toBeGreaterThan(5)
    expect(value(series, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  })

  test.each([
    'a{b="c} 1\n',
    '# TYPE a gauge\na 1\n',
    '# HELP a x\n# TYPE a gauge\na 1\na 2\n',
    '# HELP a x\n# TYPE a gauge\na one\n',
  ])('is refused by the reader where it is wrong: %j', (wrong) => {
    expect(() => parseMetrics(wrong)).toThrow()
  })
})

describe('what was done', () => {
  test('is counted: requests by operation and class, payments with their batches', async () => {
    const before = await scrape()
    const account = await makeAccount('counted')
    for (const reference of ['M1', 'M2', 'M1']) {
      const payment = { amount: 100, currency: 'ZAR', channel: 'till', reference, account }
      await server.api('POST', '/billing/payments', payment)
    }
    await server.api('GET', '/billing/accounts/acc_0000000000000000000000')
    const after = await scrape()
    const grown = (name: string, labels: Record<string, string>) =>
      (value(after, name, labels) ?? 0) - (value(before, name, labels) ?? 0)
    const pay = { operation: 'POST /billing/payments' }
    expect(grown('tallystick_requests_total', { ...pay, status: '2xx' })).toBe(3)
    expect(grown('tallystick_request_duration_seconds_count', pay)).toBe(3)
    const read = after.filter(({ labels }) => labels.operation?.startsWith('GET /billing/accounts/:'))
    expect(value(read, 'tallystick_requests_total', { status: '4xx' })).toBe(1)
    expect(grown('tallystick_batch_size_sum', { queue: 'payments' })).toBe(3)
    expect(value(after, 'tallystick_queue_waiting', { queue: 'payments' })).toBe(0)
    expect(value(after, 'tallystick_queue_refused_total', { queue: 'payments' })).toBe(0)
  })

  test('is counted of webhooks by outcome', async () => {
    let status = 204
    const receiver = await webhookReceiver(() => status)
    const endpoint = (await server.api('POST', '/webhooks/endpoints', { url: receiver.url })).body.id
    await makeAccount('told')
    const { attempts } = server.app.figures
    await eventually(() => attempts.delivered >= 2, 'the events are delivered')
    status = 500
    await makeAccount('not-told')
    await eventually(() => attempts.failed >= 2, 'attempts fail')
    const series = await scrape()
    expect(value(series, 'tallystick_webhook_attempts_total', { outcome: 'delivered' })).toBe(attempts.delivered)
    expect(value(series, 'tallystick_webhook_attempts_total', { outcome: 'failed' })).toBeGreaterThanOrEqual(2)
    expect(value(series, 'tallystick_webhook_attempts_total', { outcome: 'exhausted' })).toBe(0)
    await server.api('DELETE', `/webhooks/endpoints/${endpoint}`)
    await receiver.close()
  })

  test('is counted of jobs, with the age of their last success', async () => {
    await eventually(() => jobs.status()[0]?.last_success_at, 'it succeeds')
    expect(value(await scrape(), 'tallystick_job_late_seconds', { job: 'tell-overdue' })).toBeLessThan(5)
    broken = true
    await eventually(() => (jobs.status()[0]?.failures ?? 0) > 2, 'it fails')
    broken = false
    expect(value(await scrape(), 'tallystick_job_failures_total', { job: 'tell-overdue' })).toBeGreaterThan(2)
  })
})

describe('labels', () => {
  test('are few however many addresses and methods are tried', async () => {
    await fetch(`${server.url}/nowhere/first`)
    const before = await scrape()
    const methods = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'PROPFIND', 'SEARCH']
    for (let count = 0; count < 40; count++) {
      await fetch(`${server.url}/nowhere/${count}`, { method: methods[count % methods.length] as string })
      await fetch(`${server.url}/p/made-up-${count}`)
      await server.api('GET', `/billing/customers/made-up-${count}`)
    }
    const labels = (series: Series[]) =>
      new Set(
        series
          .filter(({ name }) => name === 'tallystick_request_duration_seconds_count')
          .map((one) => one.labels.operation),
      )
    const after = await scrape()
    expect([...labels(after)].filter((one) => !labels(before).has(one))).toHaveLength(2)
    expect(value(after, 'tallystick_requests_total', { operation: 'none', status: '4xx' })).toBeGreaterThanOrEqual(40)
    expect([...labels(after)].filter((one) => /made-up|nowhere/.test(one ?? ''))).toEqual([])
  })

  test('hold no secret, no id and no word of a merchant', async () => {
    const id = await makeAccount('a-private-reference')
    const page = (await server.api('GET', `/billing/accounts/${id}`)).body.presentment_url as string
    await fetch(page)
    const shown = await text()
    const words = [server.key, server.liveKey, encryptionKey, id, 'a-private-reference', 'Thandi', 'thandi@', 'Acme']
    for (const word of [...words, page.split('/').at(-1) as string]) expect(shown).not.toContain(word)
    expect(shown).not.toMatch(/\b(?:acc|cus|pay|evt|we|req)_[A-Za-z0-9]{10,}/)
  })
})

describe('who may read it', () => {
  test.each(['/metrics', '/metrics/', '/metrics?x', '//metrics'])(
    'is nobody at the public address: %s',
    async (path) => {
      for (const headers of [{}, { authorization: `Bearer ${server.liveKey}` }]) {
        const answer = await fetch(server.url + path, { headers })
        expect([answer.status, (await answer.text()).includes('tallystick_')]).toEqual([404, false])
      }
    },
  )

  test('is whoever reaches its own, where there is nothing else', async () => {
    const at = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${metrics.port}${path}`, { method })
    expect((await at('/')).status).toBe(404)
    expect((await at('/billing/accounts')).status).toBe(404)
    expect((await at('/readyz')).status).toBe(404)
    const posted = await at('/metrics', 'POST')
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await at('/metrics', 'HEAD')).status).toBe(200)
  })

  test.each([
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['metrics.internal:80', { host: 'metrics.internal', port: 80 }],
    ['', undefined],
  ])('is set: %s', (set, metrics) => {
    expect(readConfig({ TALLYSTICK_METRICS_LISTEN: set }).metrics).toEqual(metrics)
  })

  test.each([
    '9464',
    ':9464',
    '127.0.0.1',
    '127.0.0.1:99999',
    'http://127.0.0.1:9464',
    '::1:9464',
    '[x]:1',
    '[1.2]:1',
    'a b:1',
  ])('cannot be set so: %s', (set) => {
    expect(() => readConfig({ TALLYSTICK_METRICS_LISTEN: set })).toThrow(/^TALLYSTICK_METRICS_LISTEN should be/)
  })

  test('a process serves it where it is told to, with every job, and nowhere without being told', async () => {
    const database = await testDatabase()
    const settings = {
      DATABASE_URL: database.url,
      TALLYSTICK_HOST: '127.0.0.1',
      TALLYSTICK_ENCRYPTION_KEY: encryptionKey,
    }
    const port = await freePort()
    const child = await childServer({ ...settings, TALLYSTICK_METRICS_LISTEN: `127.0.0.1:${port}` })
    const series = parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
    expect(series.filter(({ name }) => name === 'tallystick_job_late_seconds').length).toBeGreaterThan(15)
    expect((await fetch(`${child.url}/metrics`)).status).toBe(404)
    const second = childServer({ ...settings, TALLYSTICK_METRICS_LISTEN: `127.0.0.1:${port}` })
    await expect(second).rejects.toThrow(/TALLYSTICK_METRICS_LISTEN names an address that cannot be listened on/)
    expect(await child.stop()).toBe(0)
    const without = await childServer(settings)
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow()
    expect(await without.stop()).toBe(0)
    await database.drop()
  })

  test('a client that sends nothing keeps nobody from it', async () => {
    const sockets = Array.from({ length: 5 }, () => connect(metrics.port, '127.0.0.1'))
    expect((await fetch(address())).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})

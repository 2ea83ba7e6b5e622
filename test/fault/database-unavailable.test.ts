import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let admin: pg.Client
beforeAll(async () => {
  server = await testServer()
  const { host, port, password } = inject('postgres')
  admin = new pg.Client({ host, port, password, user: 'postgres', database: 'postgres' })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await server.stop()
})

const cutConnections = () =>
  admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [server.database.name])
const allowConnections = (allowed: boolean) =>
  admin.query(`alter database ${server.database.name} with allow_connections ${allowed}`)

async function makeAccount(reference: string) {
  const customer = { external_reference: `${reference}c` }
  const body = { customer, external_reference: reference, currency: 'ZAR', balance: 1_000_000 }
  return (await server.api('POST', '/billing/accounts', body)).body
}

describe('connections that are cut in the middle of payments', () => {
  test('nobody sees a 500, and every payment is applied once', async () => {
    const account = await makeAccount('cut')
    let cutting = true
    const cutter = (async () => {
      for (let cuts = 0; cuts < 20; cuts++) await cutConnections()
      cutting = false
    })()
    const statuses = new Set<number>()
    const client = async (name: string) => {
      let paid = 0
      for (let count = 0; cutting || count < 5; count++) {
        const body = { amount: 3, currency: 'ZAR', channel: 'till', reference: `${name}-${count}`, account: account.id }
        // What was not answered, or with a 503, is sent again: the same reference is the same payment.
        await eventually(async () => {
          const answer = await server.api('POST', '/billing/payments', body)
          statuses.add(answer.status)
          return answer.status === 201 || answer.status === 200
        }, 'the payment is taken')
        paid += 3
      }
      return paid
    }
    const paid = await Promise.all(Array.from({ length: 16 }, (_, index) => client(`client${index}`)))
    await cutter
    expect([...statuses].filter((status) => ![200, 201, 503].includes(status))).toEqual([])
    const { body } = await server.api('GET', `/billing/accounts/${account.id}`)
    expect(body.balance).toBe(1_000_000 - paid.reduce((sum, one) => sum + one, 0))
  })
})

describe('a database that is unavailable', () => {
  test('is a 503 with Retry-After, not ready but alive, and all is well when it is back', async () => {
    const account = await makeAccount('away')
    await allowConnections(false)
    await cutConnections()
    const refused = await server.api('GET', `/billing/accounts/${account.id}`)
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'service_unavailable',
      '2',
    ])
    const payment = { amount: 3, currency: 'ZAR', channel: 'till', reference: 'away-1', account: account.id }
    const paid = await server.api('POST', '/billing/payments', payment)
    expect([paid.status, paid.body.code]).toEqual([503, 'service_unavailable'])
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await allowConnections(true)
    await eventually(async () => (await fetch(`${server.url}/readyz`)).ok, 'the server is ready again')
    expect((await server.api('POST', '/billing/payments', payment)).status).toBe(201)
  })

  test('also when it answers and accepts no writes, as a standby does', async () => {
    const account = await makeAccount('standby')
    const payment = { amount: 3, currency: 'ZAR', channel: 'till', reference: 'standby-1', account: account.id }
    const readOnly = (state: boolean) =>
      admin.query(`alter database ${server.database.name} set default_transaction_read_only = ${state}`)
    await readOnly(true)
    await cutConnections()
    await eventually(async () => {
      const { status } = await server.api('GET', `/billing/accounts/${account.id}`)
      return status === 200
    }, 'it is read')
    const paid = await server.api('POST', '/billing/payments', payment)
    expect([paid.status, paid.body.code]).toEqual([503, 'service_unavailable'])
    const unready = await fetch(`${server.url}/readyz`)
    expect(unready.status).toBe(503)
    await readOnly(false)
    await cutConnections()
    await eventually(async () => (await server.api('POST', '/billing/payments', payment)).status === 201, 'it is paid')
    await eventually(async () => (await fetch(`${server.url}/readyz`)).ok, 'the server is ready again')
  })
})

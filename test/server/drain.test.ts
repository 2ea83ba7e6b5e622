import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const clients = 32
let database: TestDatabase
let key: string
beforeAll(async () => {
  database = await testDatabase()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
})
afterAll(() => database.drop())

const start = (drain_s: number) =>
  childServer({
    DATABASE_URL: database.url,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the drain test only',
    TALLYSTICK_DRAIN_S: String(drain_s),
  })

type Answer = { status: number; headers: IncomingMessage['headers']; text: string }

/** One call on a connection of `agent`. Rejects when the connection breaks before the whole answer is there. */
function call(server: ChildServer, agent: Agent, method: string, path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
  return new Promise((resolve, reject) => {
    const sent = request(server.url + path, { method, agent, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body && JSON.stringify(body))
  })
}

type Seen = { paid: string[]; closing: number; told: number; unexpected: string[] }

/** A client that pays over one kept connection, until it is told that the server stops. */
async function payUntilTold(server: ChildServer, account: string, name: string, seen: Seen): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; ; count++) {
    const reference = `${name}-${count}`
    const body = { amount: 1, currency: 'ZAR', channel: 'till', reference, account }
    const answer = await call(server, agent, 'POST', '/billing/payments', body).catch(
      (error: NodeJS.ErrnoException) => error,
    )
    if (answer instanceof Error) {
      // Where nobody listens any more no request was sent. Anything else is one that was lost.
      if (answer.code === 'ECONNREFUSED') seen.told++
      else seen.unexpected.push(`${answer.code} ${answer.message}`)
      break
    }
    if (answer.status === 201) {
      seen.paid.push(reference)
      if (answer.headers.connection === 'close') seen.closing++
      continue
    }
    const { 'content-type': media, 'retry-after': wait, connection } = answer.headers
    const told = [answer.status, media, wait, connection, JSON.parse(answer.text).code]
    if (told.join() === '503,application/problem+json; charset=utf-8,2,close,stopping') seen.told++
    else seen.unexpected.push(`${told} ${answer.text}`)
    break
  }
  agent.destroy()
}

test.each([4, 0])(
  'SIGTERM under load with a drain of %i s loses no call, and every payment that was answered is there',
  async (drain_s) => {
    const server = await start(drain_s)
    const agent = new Agent({ keepAlive: true })
    const made = await call(server, agent, 'POST', '/billing/accounts', {
      customer: { external_reference: `C${drain_s}` },
      external_reference: `A${drain_s}`,
      currency: 'ZAR',
      balance: 1_000_000,
    })
    const { id } = JSON.parse(made.text)
    const seen: Seen = { paid: [], closing: 0, told: 0, unexpected: [] }
    const paying = Array.from({ length: clients }, (_, index) =>
      payUntilTold(server, id, `drain${drain_s}-${index}`, seen),
    )
    await eventually(() => seen.paid.length > clients * 4, 'the clients pay')
    const stopped = server.stop()
    if (drain_s > 0) {
      // It says no while it still serves: that is how others learn to take over.
      const ready = await eventually(async () => {
        const answer = await call(server, agent, 'GET', '/readyz')
        return answer.status === 503 && answer
      }, 'it is not ready')
      expect(JSON.parse(ready.text)).toMatchObject({ status: 'not ready', reason: 'stopping' })
      const before = seen.paid.length
      await eventually(() => seen.paid.length > before, 'it still takes payments')
      expect(seen.closing).toBeGreaterThan(0)
      expect((await call(server, agent, 'GET', '/healthz')).status).toBe(200)
    }
    await Promise.all(paying)
    agent.destroy()
    expect(await stopped).toBe(0)
    expect(seen.unexpected).toEqual([])
    expect(seen.told).toBe(clients)
    const { rows } = await database.pool.query<{ reference: string }>(
      'select reference from payment where reference like $1',
      [`drain${drain_s}-%`],
    )
    expect(rows.map(({ reference }) => reference).sort()).toEqual(seen.paid.sort())
  },
)

test('a caller who never sends the rest of its request does not keep the server from stopping', async () => {
  const server = await start(0)
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write(
    `POST /billing/customers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  )
  const began = performance.now()
  expect(await server.stop()).toBe(0)
  expect(performance.now() - began).toBeLessThan(20_000)
  socket.destroy()
})

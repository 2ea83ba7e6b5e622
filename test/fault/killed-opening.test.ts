import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { fakeKeys, type StripeFake, startStripeFake } from '../fakes/stripe.ts'
import { open, submit } from '../pages/payer.ts'
import { type ChildServer, childServer, freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let database: TestDatabase
let stripe: StripeFake
let key: string
let port: number
beforeAll(async () => {
  ;[database, stripe, port] = await Promise.all([testDatabase(), startStripeFake(), freePort()])
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).live
})
afterAll(async () => {
  await stripe.close()
  await database.drop()
})

const start = () =>
  childServer({
    DATABASE_URL: database.url,
    PORT: String(port),
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this kill test only',
    TALLYSTICK_STRIPE_URL: stripe.url,
  })

async function call(server: ChildServer, method: string, path: string, body?: object) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  return (await response.json()) as any
}

test('a server that is killed between the opening of a charge and its reference leaves one charge, of one payment', async () => {
  let server = await start()
  const secrets = { secret_key: fakeKeys.live }
  expect(await call(server, 'PATCH', '/settings/processors/stripe', { enabled: true, secrets })).toMatchObject({
    enabled: true,
  })
  const customer = { external_reference: 'C1', currency: 'ZAR', balance: 2000 }
  const { id, presentment_url } = await call(server, 'POST', '/billing/customers', customer)
  const [form] = (await open(presentment_url)).forms
  stripe.faults.hold_answer = true
  const sent = submit(form).catch(() => undefined)
  await eventually(async () => stripe.sessions.length === 1, 'the session is opened')
  await server.kill()
  await sent
  stripe.faults.hold_answer = false

  server = await start()
  // As if half a minute had passed, after which the job looks.
  await database.owner.query("update payment set next_check_at = now() where status = 'initiating'")
  await eventually(async () => {
    const { rows } = await database.pool.query("select from payment where status = 'pending_action'")
    return rows.length === 1
  }, 'the job finds the charge')
  const page = await submit(form)
  expect(page.url).toMatch(stripe.url)
  await submit(page.forms[0])
  expect((await call(server, 'GET', `/billing/customers/${id}`)).balance).toBe(0)
  expect(stripe.sessions.map(({ charges }) => charges)).toEqual([1])
  await server.stop()
}, 120_000)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer, freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { noteAnswer } from '../support/known-endpoints.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

// KILL_ROUNDS and KILL_SEED make the long form; a failing seed is printed with the test.
const rounds = Number(process.env.KILL_ROUNDS ?? 10)
const seed = seedOf('KILL_SEED')
const recorders = 56
const payers = 8
const accountsCount = 40
const amount = 7

let database: TestDatabase
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
let key: string
let port: number
beforeAll(async () => {
  database = await testDatabase()
  receiver = await webhookReceiver()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
  port = await freePort()
})
afterAll(async () => {
  await receiver.close()
  await database.drop()
})

const start = () =>
  childServer({
    DATABASE_URL: database.url,
    PORT: String(port),
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the kill test only',
    TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  })

async function call(server: ChildServer, method: string, path: string, body?: object) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  const answer = { status: response.status, body: (await response.json()) as any }
  noteAnswer(path, answer)
  return answer
}

type Attempt = { reference: string; account: string; acknowledged: string | undefined }

/** One client: it notes each payment before it sends it, and what it was answered after. */
async function record(server: ChildServer, journal: Attempt[], account: string, name: string, killed: () => boolean) {
  for (let count = 0; !killed(); count++) {
    const attempt: Attempt = { reference: `${name}-${count}`, account, acknowledged: undefined }
    journal.push(attempt)
    try {
      const answer = await call(server, 'POST', '/billing/payments', paymentOf(attempt))
      if (answer.status === 201) attempt.acknowledged = answer.body.id
      else if (answer.status !== 503) throw new Error(`answered ${answer.status} ${JSON.stringify(answer.body)}`)
    } catch (error) {
      if (!killed() && !(error instanceof TypeError)) throw error
      return
    }
  }
}

const paymentOf = ({ reference, account }: Attempt) => ({
  amount,
  currency: 'ZAR',
  channel: 'till',
  reference,
  account,
})

/** A payer who goes through the pages of one new account after another. A page that breaks off is what a kill looks like. */
async function payByPage(
  server: ChildServer,
  customer: string,
  name: string,
  killed: () => boolean,
  paid: () => void,
): Promise<void> {
  for (let count = 0; !killed(); count++) {
    const body = { customer, external_reference: `${name}-${count}`, currency: 'ZAR', balance: amount }
    try {
      const account = await call(server, 'POST', '/billing/accounts', body)
      await payThroughPages(account.body.presentment_url)
      paid()
    } catch (error) {
      if (!killed() && !(error instanceof TypeError)) throw error
      return
    }
  }
}

test(`signal 9 while 64 clients pay, ${rounds} times (KILL_SEED=${seed})`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const random = seededRandom(seed)
  const journal: Attempt[] = []
  let server = await start()
  await call(server, 'POST', '/webhooks/endpoints', { url: receiver.url })
  const customer = await call(server, 'POST', '/billing/customers', { external_reference: 'C1' })
  const accounts: { id: string }[] = []
  for (let index = 0; index < accountsCount; index++) {
    const body = {
      customer: customer.body.id,
      external_reference: `A${index}`,
      currency: 'ZAR',
      balance: 1_000_000_000,
    }
    accounts.push((await call(server, 'POST', '/billing/accounts', body)).body)
  }
  let paidPages = 0
  for (let round = 0; round < rounds; round++) {
    let dead = false
    const killed = () => dead
    const clients = Array.from({ length: recorders }, (_, client) =>
      record(server, journal, accounts[client % accountsCount]?.id ?? '', `r${round}c${client}`, killed),
    )
    const pages = Array.from({ length: payers }, (_, client) =>
      payByPage(server, customer.body.id, `r${round}p${client}`, killed, () => paidPages++),
    )
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.floor(random() * 800)))
    // On a slow machine no payer comes through all pages in that time; one has to, for the test to be about them too.
    if (round === 0) await eventually(() => paidPages > 0, 'a payer has come through the pages', 30_000)
    dead = true
    await server.kill()
    await Promise.all([...clients, ...pages])
    server = await start()
  }
  await syncUnfinished(server, journal)
  await expectExactlyOnce(journal)
  await expectEveryEvent()
  expect(await server.stop()).toBe(0)
})

/** Sends again, under the same reference, whatever was not acknowledged: it is the first payment or becomes it. */
async function syncUnfinished(server: ChildServer, journal: Attempt[]): Promise<void> {
  const unknown = journal.filter(({ acknowledged }) => acknowledged === undefined)
  expect(unknown.length).toBeGreaterThan(0)
  for (const attempt of unknown) {
    const answer = await call(server, 'POST', '/billing/payments', paymentOf(attempt))
    expect([200, 201]).toContain(answer.status)
    attempt.acknowledged = answer.body.id
  }
  // Payments through pages that the kill broke off after the charge are finished by the job that syncs sessions.
  await eventually(
    async () => {
      const { rows } = await database.pool.query(`select 1 from payment as p join simulator_charge as c on c.id = p.id
      where c.status = 'succeeded' and p.status <> 'succeeded' limit 1`)
      return rows.length === 0
    },
    'every charge that succeeded is applied',
    60_000,
  )
}

async function expectExactlyOnce(journal: Attempt[]): Promise<void> {
  const { rows } = await database.pool.query<{ reference: string; applied: bigint; applications: bigint }>(`
    select p.reference, p.applied_amount as applied, count(a.id) as applications
    from payment as p left join application as a on a.payment_id = p.id
    where p.channel = 'till' group by p.environment_id, p.id, p.bucket`)
  expect(rows.map(({ reference }) => reference).sort()).toEqual(journal.map(({ reference }) => reference).sort())
  expect(rows.filter(({ applied, applications }) => applied !== BigInt(amount) || applications !== 1n)).toEqual([])
  const pages = await database.pool.query(`select count(*)::integer as paid from payment as p join simulator_charge as c
    on c.id = p.id where c.status = 'succeeded' and p.applied_amount = p.amount`)
  expect(pages.rows[0].paid).toBeGreaterThan(0)
}

async function expectEveryEvent(): Promise<void> {
  const { rows } = await database.pool.query<{ body: string }>('select body from event')
  const events = rows.map(({ body }) => JSON.parse(body).id as string)
  const seen = () => new Set(receiver.received.map(({ id }) => id))
  const has = (ids: Set<string>) => events.every((id) => ids.has(id))
  await eventually(() => has(seen()), 'the receiver has every event', 90_000)
  const known = new Set(events)
  expect([...seen()].filter((id) => !known.has(id))).toEqual([])
}

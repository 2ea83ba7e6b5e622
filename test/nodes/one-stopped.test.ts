import { afterAll, beforeAll, expect, test } from 'vitest'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
import { bucketOfValue } from '../../src/core/bucket.ts'
import { type OwnPostgres, ownPostgres } from '../fault/own-postgres.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { shardOfTests, type TwoNodes, twoNodes } from '../support/two-nodes.ts'

const customersCount = 40

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let postgres: OwnPostgres
let nodes: TwoNodes
beforeAll(async () => {
  directory = await temporaryDirectory()
  postgres = await ownPostgres(directory.path, { shardOf: shardOfTests })
  nodes = await twoNodes({ second: postgres.database })
})
afterAll(async () => {
  await nodes.stop()
  await Promise.all([postgres.database.pool.end(), postgres.database.owner.end()])
  await postgres.stop()
  await directory.remove()
})

const nodeOf = (text: string) => bucketOfValue(text) % 2

test('of two machines one that is stopped holds up its own customers and names, and nobody else', {
  timeout: 90_000,
}, async () => {
  const debtors = await Promise.all(
    Array.from({ length: customersCount }, async (_, at) => {
      const node = (at % 2) as 0 | 1
      const body = { external_reference: `c${at}`, currency: 'ZAR', balance: 1_000 }
      const { id, presentment_url } = (await nodes.servers[node].api('POST', '/billing/customers', body)).body
      return { node, id, page: presentment_url as string, key: `key-${at}`, reference: `ref-${at}` }
    }),
  )
  type Debtor = (typeof debtors)[number]
  const channelOf = (withKey: boolean) => (withKey ? 'till' : 'bank')
  const record = ({ node, id, key, reference }: Debtor, withKey: boolean) => {
    const body = { amount: withKey ? 300 : 100, currency: 'ZAR', channel: channelOf(withKey), reference, customer: id }
    return nodes.servers[node].api('POST', '/billing/payments', body, withKey ? { 'idempotency-key': key } : {})
  }
  const isAlive = ({ node, key, reference }: Debtor, withKey: boolean) =>
    node === 0 && nodeOf(`${channelOf(withKey)}\n${reference}`) === 0 && (!withKey || nodeOf(key) === 0)
  const wanted = (withKey: boolean) => debtors.map((one) => (isAlive(one, withKey) ? 201 : 503))
  for (const withKey of [true, false]) expect(wanted(withKey)).toContain(201)

  const processes = await postgres.processes()
  let pages: boolean[]
  let answers: number[][]
  try {
    for (const pid of processes) process.kill(pid, 'SIGSTOP')
    answers = await Promise.all(
      [true, false].map((withKey) => Promise.all(debtors.map(async (one) => (await record(one, withKey)).status))),
    )
    pages = await Promise.all(
      debtors.map(({ page }) =>
        payThroughPages(page).then(
          () => true,
          () => false,
        ),
      ),
    )
    expect((await fetch(`${nodes.servers[0].url}/readyz`)).status).toBe(200)
  } finally {
    for (const pid of processes) process.kill(pid, 'SIGCONT')
  }
  // A recorded payment needs the machine of its reference besides, and that of its key: a quarter of them all, and an eighth.
  expect(answers).toEqual([wanted(true), wanted(false)])
  // The payment of a page claims no name.
  expect(pages.filter(Boolean).length / customersCount).toBeGreaterThanOrEqual(0.45)
  expect(pages).toEqual(debtors.map(({ node }) => node === 0))

  for (const one of debtors) {
    for (const withKey of [true, false]) {
      const isMade = async () => [200, 201].includes((await record(one, withKey)).status)
      for (let tries = 0; !(await isMade()); tries++) expect(tries).toBeLessThan(50)
    }
    const { balance } = (await nodes.servers[one.node].api('GET', `/billing/customers/${one.id}`)).body
    expect([one.id, balance]).toEqual([one.id, one.node === 0 ? 0 : 600])
  }
})

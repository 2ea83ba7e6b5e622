import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { expectCleanBooks } from '../support/verify.ts'

// STORM_ROUNDS=100 is the long form; each round prints its seed in its name.
const rounds = Number(process.env.STORM_ROUNDS ?? 5)
const firstSeed = seedOf('STORM_SEED')
const clients = 8
const operationsEach = 25

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

type Shared = { name: string; objects: string[]; bills: string[]; payments: string[]; serial: number }

/** So little is owed, and in amounts so alike, that all of it is settled again and again. */
async function prepare(seed: number): Promise<Shared> {
  const name = `v${seed}`
  const post = async (path: string, body: object) =>
    (await server.api('POST', `/billing/${path}`, body)).body.id as string
  const holder = { currency: 'ZAR', balance: 0, payment_rules: { overpayment_allowed: true } }
  const customer = await post('customers', { external_reference: name, ...holder })
  const account = await post('accounts', { customer, external_reference: name, ...holder })
  const shared: Shared = {
    name,
    objects: [`customers/${customer}`, `accounts/${account}`],
    bills: [],
    payments: [],
    serial: 0,
  }
  for (const owner of [{ account }, { account }, { customer }]) {
    const due = { external_reference: `${name}-${++shared.serial}`, currency: 'ZAR', amount_due: 10 }
    const bill = await post('bills', { ...owner, ...due })
    shared.bills.push(bill)
    shared.objects.push(`bills/${bill}`)
  }
  return shared
}

/** One random operation. Every answer but a 5xx is right here: what must hold is said by the books at the end. */
async function operate(shared: Shared, random: () => number): Promise<number> {
  const pick = (list: string[]) => list[Math.floor(random() * list.length)] as string
  const [object, bill] = [pick(shared.objects), pick(shared.bills)]
  const payment = shared.payments.length > 0 ? pick(shared.payments) : undefined
  const call = (path: string, body?: object) => server.api('POST', `/billing/${path}`, body)
  const drawn = random()
  if (drawn < 0.3) {
    const [kind = '', id] = object.split('/')
    const paid = { amount: 10, currency: 'ZAR', channel: 'cash', reference: `${shared.name}-${++shared.serial}` }
    const answer = await call('payments', { ...paid, [kind.slice(0, -1)]: id })
    if (answer.status === 201) shared.payments.push(answer.body.id)
    return answer.status
  }
  if (drawn < 0.5 && payment !== undefined)
    return (await call(`payments/${payment}/reversals`, { reason: 'bounced' })).status
  if (drawn < 0.55) return (await call(`bills/${bill}/adjustments`, { kind: 'fee', amount: 10, reason: 'x' })).status
  if (drawn < 0.6)
    return (await call(`bills/${bill}/adjustments`, { kind: 'write_off', amount: -10, reason: 'x' })).status
  return (await call(`${object}/${drawn < 0.92 ? 'archive' : 'unarchive'}`)).status
}

describe(`eight clients that settle, reopen and archive the same (STORM_SEED=${firstSeed})`, () => {
  test.each(Array.from({ length: rounds }, (_, round) => firstSeed + round))(
    'seed %i: nothing that is owed or held is in the archive',
    async (seed) => {
      const shared = await prepare(seed)
      const statuses = await Promise.all(
        Array.from({ length: clients }, async (_, client) => {
          const random = seededRandom(seed * 31 + client)
          const seen: number[] = []
          for (let count = 0; count < operationsEach; count++) seen.push(await operate(shared, random))
          return seen
        }),
      )
      expect(statuses.flat().filter((status) => status >= 500)).toEqual([])
      const { rows } = await server.database.pool.query<{ action: string; count: bigint }>(
        `select action, count(*) from audit_entry where action in ('archived', 'unarchived') group by action order by action`,
      )
      expect(rows.map(({ action, count }) => [action, count > 0n])).toEqual([
        ['archived', true],
        ['unarchived', true],
      ])
      await expectCleanBooks(server.database)
      tally('storms')
    },
  )
})

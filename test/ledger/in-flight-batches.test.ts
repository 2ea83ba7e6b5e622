import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Id } from '../../src/core/id/id.ts'
import { oneNode } from '../../src/database/shard-map.ts'
import { createInFlightBatches } from '../../src/ledger/payments/concurrency/in-flight-batches.ts'
import { createPaymentQueue, type PaymentQueue } from '../../src/ledger/payments/queue.ts'
import type { Receivable } from '../../src/ledger/receivable.ts'
import { eventually } from '../support/eventually.ts'
import { recorder } from '../support/record-payment.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let customer: string
beforeAll(async () => {
  server = await testServer()
  const created = await server.api('POST', '/billing/customers', { external_reference: 'c', currency: 'ZAR' })
  customer = created.body.id
  // Payments that are held are written only when the test lets them go, and those that are to fail then fail.
  await server.database.owner.query(`
    create function hold_payment() returns trigger language plpgsql as $$
    begin
      while not pg_try_advisory_xact_lock_shared(7) loop perform pg_sleep(0.005); end loop;
      if new.reference like 'fails%' then raise exception 'it fails'; end if;
      return new;
    end $$;
    create trigger hold_payment before insert on payment for each row
      when (new.reference ~ '^(held|fails)') execute function hold_payment()`)
})
afterAll(() => server.stop())

const newQueue = () => createPaymentQueue({ shards: oneNode(server.database.pool), now: () => server.app.clock.now() })

async function openAccount(balance: number, of = customer): Promise<string> {
  const account = { customer: of, external_reference: randomUUID(), currency: 'ZAR', balance }
  return (await server.api('POST', '/billing/accounts', account)).body.id
}

const balanceOf = async (account: string) =>
  (await server.api('GET', `/billing/accounts/${account}`)).body.balance as number

/** Keeps held payments from being written until it is let go. */
async function hold(): Promise<{ letGo(): Promise<void> }> {
  const connection = await server.database.owner.connect()
  await connection.query('select pg_advisory_lock(7)')
  return {
    async letGo() {
      await connection.query('select pg_advisory_unlock(7)')
      connection.release()
    },
  }
}

/** Resolves when as many transactions wait: one until it is let go, asleep, the others for the end of those ahead. */
function waiting(transactions: number): Promise<true> {
  return eventually(async () => {
    const { rows } = await server.database.pool.query<{ waiting: number }>(
      "select count(*)::integer as waiting from pg_stat_activity where datname = current_database() and wait_event in ('advisory', 'PgSleep')",
    )
    return rows[0]?.waiting === transactions
  }, `${transactions} transactions wait`)
}

const pay = recorder(() => server)

describe('payments to one account, of which the first is not committed yet', () => {
  test('are decided from what it will leave', async () => {
    const payments = newQueue()
    const account = await openAccount(1_000)
    const lock = await hold()
    const first = pay(payments, account, 100, 'held 1')
    await waiting(1)
    const second = pay(payments, account, 200)
    await waiting(2)
    const third = pay(payments, account, 300)
    await waiting(3)
    await lock.letGo()
    expect((await Promise.all([first, second, third])).map(({ status }) => status)).toEqual([201, 201, 201])
    expect(await balanceOf(account)).toBe(400)
    const { body } = await server.api('GET', `/billing/accounts/${account}/entries`)
    expect(body.data.map((one: { balance_after: number }) => one.balance_after)).toEqual([400, 700, 900, 1_000])
  })

  test('are decided again when it fails: one that was refused for its sake is applied', async () => {
    const payments = newQueue()
    const account = await openAccount(100)
    const lock = await hold()
    const first = pay(payments, account, 100, 'fails 1').catch((error: Error) => error.message)
    await waiting(1)
    const second = pay(payments, account, 100)
    await waiting(2)
    await lock.letGo()
    expect(await first).toBe('it fails')
    expect((await second).status).toBe(201)
    expect(await balanceOf(account)).toBe(0)
  })

  test('are refused for its sake only once it is committed', async () => {
    const payments = newQueue()
    const account = await openAccount(100)
    const lock = await hold()
    const first = pay(payments, account, 100, 'held 2')
    await waiting(1)
    let refused = false
    const second = pay(payments, account, 1).catch((error: { errors: { code: string }[] }) => {
      refused = true
      return error.errors[0]?.code
    })
    await waiting(2)
    expect(refused).toBe(false)
    await lock.letGo()
    expect((await first).status).toBe(201)
    expect(await second).toBe('amount_exceeds_remaining')
  })
})

describe('a balance that somebody else changes while a payment is under way', () => {
  test('is paid as it then is', async () => {
    const payments = newQueue()
    const account = await openAccount(1_000)
    const lock = await hold()
    const payment = pay(payments, account, 100, 'held 3')
    await waiting(1)
    const adjusted = await server.api('PATCH', `/billing/accounts/${account}`, { balance: 5_000 })
    expect(adjusted.status).toBe(200)
    await lock.letGo()
    expect((await payment).status).toBe(201)
    expect(await balanceOf(account)).toBe(4_900)
  })

  test('is skipped as it then is by a policy that only read it', async () => {
    const customer = (await server.api('POST', '/billing/customers', { external_reference: 'd', currency: 'ZAR' })).body
      .id
    const [first, second] = [await openAccount(100, customer), await openAccount(100, customer)]
    const lock = await hold()
    const payment = pay(newQueue(), { customer, policy: 'oldest_first' }, 100, 'held 4')
    await waiting(1)
    await server.api('PATCH', `/billing/accounts/${second}`, { balance: 0 })
    await lock.letGo()
    expect(JSON.parse((await payment).body).explanation).toMatchObject({
      applied: [{ to: first, amount: 100 }],
      skipped: [{ to: second, reason: 'nothing_owed' }],
    })
  })

  test('by two processes, and by adjustments, loses nothing', async () => {
    const customer = (await server.api('POST', '/billing/customers', { external_reference: 'e', currency: 'ZAR' })).body
      .id
    const accounts = [await openAccount(50_000, customer), await openAccount(50_000, customer)]
    const processes = [newQueue(), newQueue()]
    const sent = Array.from({ length: 600 }, (_, index) => {
      const account = accounts[index % 2] as string
      if (index % 30 === 0) {
        return server.api('POST', `/billing/accounts/${account}/adjustments`, { amount: 7, reason: 'correction' })
      }
      const target: Parameters<typeof pay>[1] =
        index % 3 === 0 ? { customer, policy: index % 2 === 0 ? 'oldest_first' : 'in_order' } : account
      return pay(processes[index % 5 < 3 ? 0 : 1] as PaymentQueue, target, 10)
    })
    expect(new Set((await Promise.all(sent)).map(({ status }) => status))).toEqual(new Set([201]))
    const left = (await balanceOf(accounts[0] as string)) + (await balanceOf(accounts[1] as string))
    expect(left).toBe(100_000 + 20 * 7 - 580 * 10)
  })
})

describe('a batch in flight', () => {
  const receivable = (version: bigint): Receivable =>
    ({
      id: 'one' as Id,
      balance: 100n * version,
      version,
      status: null,
      owed_since: new Date(Number(version)),
    }) as Receivable

  test('takes what those ahead leave for what it read, unless it read more', async () => {
    const inFlight = createInFlightBatches()
    const [first, second] = [inFlight.begin(200), inFlight.begin(200)]
    first.publishBalances([receivable(5n)])
    const [older, newer] = [receivable(4n), receivable(6n)]
    expect(await second.readAhead([older, newer])).toEqual([older])
    expect([older, newer]).toEqual([receivable(5n), receivable(6n)])
  })

  test('takes nothing of what was given up', async () => {
    const inFlight = createInFlightBatches()
    const [first, second] = [inFlight.begin(200), inFlight.begin(200)]
    first.publishBalances([receivable(5n)])
    first.reset()
    inFlight.end(first)
    expect(await second.readAhead([receivable(4n)])).toEqual([])
  })

  test('is a conflict when it waits too long, so that nobody waits in a circle', async () => {
    const inFlight = createInFlightBatches(1)
    inFlight.begin(200)
    await expect(inFlight.begin(200).readAhead([])).rejects.toMatchObject({ code: '40001' })
  })
})

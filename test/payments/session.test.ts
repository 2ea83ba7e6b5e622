import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { paymentStatuses, statusesBefore } from '../../src/core/payment-status.ts'
import { createJobs } from '../../src/jobs/index.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import {
  balanceOf,
  follow,
  goodCard,
  makeAccount,
  open,
  type PayerPage,
  paymentsOf,
  payWith,
  statusOf,
  submit,
} from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const hourMs = 3_600_000
const paymentOf = async (account: { id: string }) => (await paymentsOf(server, account))[0]

/** Pays at the simulator and never comes back, as a payer whose browser died, or a server that was killed, would. */
async function payAndVanish(url: string, card_number = '4242424242424242'): Promise<void> {
  const cardPage = await submit((await open(url)).forms[0])
  const [form] = cardPage.forms
  const response = await fetch(form?.action ?? '', {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ ...goodCard, card_number }),
  })
  expect(response.status).toBe(303)
}

describe('a payment that the card page declined', () => {
  it.each([
    ['4000 0000 0000 9995', 'insufficient_funds', 'There is not enough money on the card.'],
    ['4000 0000 0000 0069', 'expired_card', 'The card has expired.'],
    ['4000 0000 0000 0002', 'generic_decline', 'declined the card without saying why'],
  ])('%s fails with %s, and the next try succeeds', async (card, decline_code, sentence) => {
    const account = await makeAccount(server)
    const outcome = await payWith(account.presentment_url, card)
    expect(statusOf(outcome)).toEqual(['failed'])
    expect(outcome.text).toContain(sentence)
    expect(await paymentOf(account)).toMatchObject({
      status: 'failed',
      applied_amount: 0n,
      last_payment_error: { error_code: 'card_declined', decline_code, timestamp: clock.now().toISOString() },
    })
    expect(await balanceOf(server, account)).toBe(2000)
    const cardPage = await submit((await follow(outcome, /Try R 20,00 again/)).forms[0])
    expect(statusOf(await submit(cardPage.forms[0], goodCard))).toEqual(['succeeded'])
    expect(await balanceOf(server, account)).toBe(0)
  })
})

describe('a payment that the bank asks about', () => {
  const challenged = async () => {
    const account = await makeAccount(server)
    return { account, page: await payWith(account.presentment_url, '4000 0000 0000 3220') }
  }

  it('succeeds when the payer approves', async () => {
    const { account, page } = await challenged()
    expect(page.text).toContain('do you want to pay this?')
    expect(await balanceOf(server, account)).toBe(2000)
    expect(statusOf(await submit(page.forms[0], { decision: 'approve' }))).toEqual(['succeeded'])
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('fails when the payer refuses, and cannot be approved afterwards', async () => {
    const { account, page } = await challenged()
    const outcome = await submit(page.forms[0], { decision: 'refuse' })
    expect(statusOf(outcome)).toEqual(['failed'])
    expect(outcome.text).toContain('could not confirm that it was you')
    expect(statusOf(await submit(page.forms[0], { decision: 'approve' }))).toEqual(['failed'])
    expect(await balanceOf(server, account)).toBe(2000)
  })

  it('asks again when neither was answered', async () => {
    const { page } = await challenged()
    expect((await submit(page.forms[0], { decision: 'maybe' })).text).toContain('do you want to pay this?')
  })
})

describe('a payment that the bank decides later', () => {
  it('is on its way until the job finds that it succeeded', async () => {
    const account = await makeAccount(server)
    const outcome = await payWith(account.presentment_url, '4000 0000 0000 0077')
    expect(statusOf(outcome)).toEqual(['pending'])
    expect(outcome.text).toContain('please do not pay again')
    expect(outcome.forms).toHaveLength(0)
    expect(await paymentOf(account)).toMatchObject({ status: 'processing' })
    clock.advance(2_000)
    await syncDueSessions(server.app)
    expect(await paymentOf(account)).toMatchObject({ status: 'processing' })
    const succeededAt = new Date(clock.now().getTime() + 1_000)
    clock.advance(60_000)
    await syncDueSessions(server.app)
    expect(await paymentOf(account)).toMatchObject({ status: 'succeeded', received_at: succeededAt })
    expect(await balanceOf(server, account)).toBe(0)
    expect(statusOf(await open(outcome.url))).toEqual(['succeeded'])
  })

  it('is on its way until the job finds that it failed', async () => {
    const account = await makeAccount(server)
    const outcome = await payWith(account.presentment_url, '4000 0000 0000 0093')
    expect(statusOf(outcome)).toEqual(['pending'])
    clock.advance(4_000)
    await syncDueSessions(server.app)
    expect(await paymentOf(account)).toMatchObject({
      status: 'failed',
      last_payment_error: { error_code: 'card_declined' },
    })
    expect(statusOf(await open(outcome.url))).toEqual(['failed'])
    expect(await balanceOf(server, account)).toBe(2000)
  })
})

describe('payments that are started and never finished', () => {
  const statusCounts = async (account: { id: string }) => {
    const statuses = (await paymentsOf(server, account)).map(({ status }) => status)
    return Object.fromEntries(
      [...Map.groupBy(statuses, (status) => status)].map(([status, all]) => [status, all.length]),
    )
  }

  it('give way to the newest for the same object, and can no longer be paid', async () => {
    const account = await makeAccount(server)
    const other = await makeAccount(server, { customer: account.customer_id })
    const untouched = await submit((await open(other.presentment_url)).forms[0])
    const cardPages: PayerPage[] = []
    for (let count = 0; count < 5; count++) {
      cardPages.push(await submit((await open(account.presentment_url)).forms[0]))
      clock.advance(10)
    }
    expect(await statusCounts(account)).toEqual({ pending_action: 1, cancelled: 4 })
    const outcome = await submit(cardPages[0]?.forms[0], goodCard)
    expect([statusOf(outcome), outcome.text]).toEqual([
      ['failed'],
      expect.stringContaining('You began again elsewhere.'),
    ])
    expect(await balanceOf(server, account)).toBe(2000)
    expect(statusOf(await submit(cardPages[4]?.forms[0], goodCard))).toEqual(['succeeded'])
    expect(statusOf(await submit(untouched.forms[0], goodCard))).toEqual(['succeeded'])
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('do not keep one that was charged meanwhile from being applied', async () => {
    const account = await makeAccount(server)
    const pages: PayerPage[] = []
    for (let count = 0; count < 3; count++) pages.push(await open(account.presentment_url))
    const cardPage = await submit(pages[0]?.forms[0])
    // The card is charged, and the browser never comes back to say so.
    await fetch(cardPage.forms[0]?.action ?? '', {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams(goodCard),
    })
    expect(await balanceOf(server, account)).toBe(2000)
    for (const page of pages.slice(1)) {
      clock.advance(10)
      await submit(page.forms[0])
    }
    expect(await statusCounts(account)).toEqual({ succeeded: 1, pending_action: 1 })
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('are no money on its way, which a clerk is told of', async () => {
    const account = await makeAccount(server, { external_reference: 'started-and-charged' })
    await submit((await open(account.presentment_url)).forms[0])
    const pending = async () =>
      (await server.api('GET', '/billing/lookups?reference=started-and-charged')).body.data[0].pending_amount
    expect(await pending()).toBe(0)
    await payWith(account.presentment_url, '4000 0000 0000 0077')
    expect(await pending()).toBe(2000)
  })
})

describe('a payment whose payer never came back', () => {
  it('is applied although the balance of another is locked', async () => {
    const [held, free] = [await makeAccount(server), await makeAccount(server)]
    await payAndVanish(held.presentment_url)
    await payAndVanish(free.presentment_url)
    clock.advance(31_000)
    const lock = await server.database.owner.connect()
    await lock.query('begin')
    await lock.query('select from receivable where id = $1 for update', [parseId('account', held.id)])
    const began = performance.now()
    await syncDueSessions(server.app)
    expect(performance.now() - began).toBeLessThan(6_000)
    expect(await balanceOf(server, free)).toBe(0)
    await lock.query('rollback')
    lock.release()
    await eventually(async () => (await balanceOf(server, held)) === 0, 'it is applied once it is free')
  })

  it('is applied once by the jobs of several servers, asked at the same moment', async () => {
    const account = await makeAccount(server)
    await payAndVanish(account.presentment_url)
    expect(await balanceOf(server, account)).toBe(2000)
    const other = await testServer({ clock, database: server.database })
    clock.advance(31_000)
    await Promise.all([
      syncDueSessions(server.app),
      syncDueSessions(other.app),
      open(account.presentment_url),
      syncDueSessions(server.app),
      syncDueSessions(other.app),
    ])
    await other.stop()
    expect(await paymentOf(account)).toMatchObject({ status: 'succeeded', applied_amount: 2000n })
    expect(await balanceOf(server, account)).toBe(0)
    const { rows } = await server.database.pool.query(
      "select from payment where status in ('initiating', 'pending_action', 'processing') and next_check_at <= $1",
      [clock.now()],
    )
    expect(rows).toEqual([])
  })

  it('is seen by the page at once, so that nobody is asked for the same money twice', async () => {
    const account = await makeAccount(server)
    await payAndVanish(account.presentment_url)
    expect((await open(account.presentment_url)).text).toContain('Nothing to pay')
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('expires a day after it was started when no card was charged, and late money is applied all the same', async () => {
    const account = await makeAccount(server)
    const cardPage = await submit((await open(account.presentment_url)).forms[0])
    clock.advance(23.5 * hourMs)
    await syncDueSessions(server.app)
    expect(await paymentOf(account)).toMatchObject({ status: 'pending_action' })
    expect((await open(cardPage.url)).text).toContain('This payment has expired')
    expect((await submit(cardPage.forms[0], goodCard)).text).toContain('This payment has expired')
    clock.advance(hourMs)
    await syncDueSessions(server.app)
    expect(await paymentOf(account)).toMatchObject({ status: 'expired' })
    const back = /href="([^"]+)">Go back/.exec((await open(cardPage.url)).html)?.[1] ?? ''
    expect(statusOf(await open(back))).toEqual(['failed'])
    // The processor took the money after all.
    await server.database.owner.query(
      "update simulator_charge set status = 'succeeded', settles_at = $1 where status = 'open'",
      [clock.now()],
    )
    expect(statusOf(await open(back))).toEqual(['succeeded'])
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('runs out when the server died before it had asked the processor for a charge', async () => {
    const account = await makeAccount(server)
    await submit((await open(account.presentment_url)).forms[0])
    await server.database.owner.query(
      "update payment set status = 'initiating', processor_reference = null where status = 'pending_action'",
    )
    clock.advance(25 * hourMs)
    await syncDueSessions(server.app)
    expect(await paymentOf(account)).toMatchObject({ status: 'expired' })
  })

  it('goes on where the server died, when its form is sent again', async () => {
    const account = await makeAccount(server)
    const [form] = (await open(account.presentment_url)).forms
    const first = await submit(form)
    await server.database.owner.query(
      "update payment set status = 'initiating', processor_reference = null where status = 'pending_action'",
    )
    const again = await submit(form)
    expect(again.url).toBe(first.url)
    expect(statusOf(await submit(again.forms[0], goodCard))).toEqual(['succeeded'])
    expect(await balanceOf(server, account)).toBe(0)
  })
})

describe('the job that looks after sessions', () => {
  it('holds up none of the others when one payment cannot be checked', async () => {
    const [broken, good] = [await makeAccount(server), await makeAccount(server)]
    await payAndVanish(broken.presentment_url)
    await server.database.owner.query("update payment set processor_reference = 'sim_' where status = 'pending_action'")
    await payAndVanish(good.presentment_url)
    const errors: string[] = []
    const app = {
      ...server.app,
      log: { ...server.app.log, error: (_facts: object, what: string) => errors.push(what) },
    }
    clock.advance(31_000)
    await syncDueSessions(app)
    expect(errors).toEqual(['an unfinished payment could not be synced'])
    expect(await balanceOf(server, good)).toBe(0)
  })

  it('is synced by itself, and goes on after the database was unavailable', async () => {
    const account = await makeAccount(server)
    let isUnavailable = true
    const pool = new Proxy(server.app.pool, {
      get(target, name) {
        if (name === 'query' && isUnavailable)
          return () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const errors: unknown[] = []
    const log = { ...server.app.log, error: (facts: object) => errors.push(facts) }
    const app = { ...server.app, pool, log }
    const jobs = createJobs(app, [{ name: 'sync-sessions', every_ms: 50, run: () => syncDueSessions(app) }])
    jobs.start()
    await payAndVanish(account.presentment_url)
    clock.advance(31_000)
    isUnavailable = false
    await eventually(async () => (await balanceOf(server, account)) === 0, 'the job syncs')
    expect(jobs.status()[0]).toMatchObject({ name: 'sync-sessions', last_success_at: expect.any(String) })
    await jobs.stop()
    expect(errors.filter((facts) => !JSON.stringify(facts).includes('payment_id'))).toEqual([])
  })
})

describe('the states of a payment', () => {
  it('let late money succeed from everywhere but drafts and what was never given to a processor', () => {
    expect(statusesBefore('succeeded')).toEqual(['pending_action', 'processing', 'failed', 'cancelled', 'expired'])
  })

  it('never leave success', () => {
    for (const status of paymentStatuses) expect(statusesBefore(status)).not.toContain('succeeded')
  })

  it('are those that the database knows', async () => {
    const { rows } = await server.database.owner.query<{ rule: string }>(
      "select pg_get_constraintdef(oid) as rule from pg_constraint where conrelid = 'payment'::regclass and conname = 'payment_status_check'",
    )
    for (const status of paymentStatuses) expect(rows[0]?.rule).toContain(`'${status}'`)
    expect(rows[0]?.rule.match(/'[a-z_]+'/g)).toHaveLength(paymentStatuses.length)
  })
})

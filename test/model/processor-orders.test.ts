import { afterAll, beforeAll, expect, test } from 'vitest'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { syncCancelledSessions } from '../../src/payments/session/sync-cancelled-sessions.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import type { FakeTransaction } from '../fakes/paystack-books.ts'
import type { FakeSession } from '../fakes/stripe.ts'
import { open } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant, webhookSecret } from '../processors/merchant.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { tally } from '../support/tally.ts'
import { expectCleanBooks } from '../support/verify.ts'

// What becomes of a charge and its refunds at the maker is drawn first; then how we hear of it: callbacks that are lost, repeated and out of
// order, jobs that come by or do not, answers that are lost, payers who never come back. The books follow from the facts alone, as a
// plain model says. PROCESSOR_ORDERS and PROCESSOR_SEED make the long form.
const orders = Number(process.env.PROCESSOR_ORDERS ?? 15)
const seed = seedOf('PROCESSOR_SEED')
const owed = 2000

let merchant: Merchant
beforeAll(async () => {
  merchant = await startMerchant()
})
afterAll(() => merchant.stop())

type Callback = { body: string; headers: Record<string, string> }

/** The maker's side of one payment. */
type Maker = {
  name: string
  returnUrl(): string
  pay(amount: number): void
  decline(): void
  callback(): Callback
  /** Its refunds at the maker, in the order in which they were asked for. */
  refunds(): { settle(succeeds: boolean): void; callback(): Callback }[]
}

/** The faults that both stand-ins have. */
type Faults = { lose_answer: boolean; lose_refund: boolean; status: number | undefined }

const adapters = {
  stripe: {
    switchOn: () => merchant.switchOn(),
    faults: (changes: Partial<Faults>) => Object.assign(merchant.stripe.faults, changes),
    held: () => merchant.stripe.sessions.length,
    maker(at: number): Maker {
      const { stripe } = merchant
      const session = stripe.sessions[at] as FakeSession
      return {
        name: session.id,
        returnUrl: () => session.params.get('success_url') ?? '',
        pay(amount) {
          stripe.faults.amount_paid = amount
          stripe.pay(session)
          stripe.faults.amount_paid = undefined
        },
        decline: () => Object.assign(session, { status: 'expired' }),
        callback: () => stripe.callback(session, webhookSecret, { type: 'checkout.session.completed' }),
        refunds: () =>
          stripe.refunds
            .filter(({ payment_intent }) => payment_intent === `pi_${session.id.slice(8)}`)
            .map((refund) => ({
              settle: (succeeds) => Object.assign(refund, { status: succeeds ? 'succeeded' : 'failed' }),
              callback: () => stripe.refundCallback(refund, webhookSecret),
            })),
      }
    },
  },
  paystack: {
    switchOn: () => merchant.switchOnPaystack(),
    faults: ({ lose_refund, ...changes }: Partial<Faults>) =>
      Object.assign(merchant.paystack.faults, changes, lose_refund !== undefined && { lose_answer: lose_refund }),
    held: () => merchant.paystack.transactions.length,
    maker(at: number): Maker {
      const { paystack } = merchant
      const transaction = paystack.transactions[at] as FakeTransaction
      return {
        name: transaction.reference,
        returnUrl: () => String(transaction.asked.callback_url),
        pay(amount) {
          paystack.faults.amount_paid = amount
          paystack.pay(transaction)
          paystack.faults.amount_paid = undefined
        },
        decline: () => Object.assign(transaction, { status: 'failed' }),
        callback: () => paystack.callback(transaction),
        refunds: () =>
          paystack.refunds
            .filter(({ transaction_reference }) => transaction_reference === transaction.reference)
            .map((refund) => ({
              settle: (succeeds) => Object.assign(refund, { status: succeeds ? 'processed' : 'failed' }),
              callback: () => paystack.refundCallback(refund),
            })),
      }
    },
  },
}

/** What happens at the maker. */
type Facts = { arrives: number; refunds: { amount: number; succeeds: boolean }[] }

/** What the books come to. A refund takes what is unapplied first; what comes back goes to where it was taken from, as far as that is owed. */
function booksOf({ arrives, refunds }: Facts) {
  let applied = Math.min(arrives, owed)
  let unapplied = arrives - applied
  const failed: { unapplied: number; applied: number }[] = []
  let refunded = 0
  for (const { amount, succeeds } of refunds) {
    const part = { unapplied: Math.min(unapplied, amount), applied: amount - Math.min(unapplied, amount) }
    unapplied -= part.unapplied
    applied -= part.applied
    if (succeeds) refunded += amount
    else failed.push(part)
  }
  for (const part of failed) {
    unapplied += part.unapplied
    applied += part.applied
  }
  return { balance: owed - applied, applied, unapplied, refunded }
}

function drawFacts(random: () => number): Facts {
  const below = (most: number) => Math.floor(random() * most)
  const arrives = [0, owed, owed, owed, 1 + below(owed), owed + 1 + below(owed)][below(6)] as number
  const refunds: Facts['refunds'] = []
  let left = arrives
  for (let at = below(4); at > 0 && left > 0; at--) {
    const amount = 1 + below(left)
    refunds.push({ amount, succeeds: below(3) > 0 })
    left -= amount
  }
  return { arrives, refunds }
}

async function runJobs(advance_ms: number): Promise<void> {
  const { server } = merchant
  server.clock.advance(advance_ms)
  await syncDueSessions(server.app)
  await syncCancelledSessions(server.app)
  await syncDueRefunds(server.app)
}

const names = Object.keys(adapters) as (keyof typeof adapters)[]

test.each(names)(
  `${orders} orders through %s end in the books of their facts (PROCESSOR_SEED=${seed})`,
  {
    timeout: 600_000 + orders * 1_000,
  },
  async (name) => {
    const adapter = adapters[name]
    const { live, server, send } = merchant
    await Promise.all(
      names.map((one) => live('PATCH', `/settings/processors/${one}`, { enabled: false }).catch(() => undefined)),
    )
    const callbackUrl = await adapter.switchOn()
    const random = seededRandom(seed)
    const below = (most: number) => Math.floor(random() * most)
    const sometimes = (times: number) => below(times) === 0

    /** We hear of the facts so far, or do not: in any order, any number of times. */
    async function hear(news: (() => Promise<unknown>)[]): Promise<void> {
      for (let steps = below(6); steps > 0; steps--) await news[below(news.length)]?.()
    }

    async function oneOrder(): Promise<void> {
      const facts = drawFacts(random)
      const account = await merchant.account()
      const first = adapter.held()
      if (sometimes(4)) {
        adapter.faults({ lose_answer: true })
        await begin(account.presentment_url)
        adapter.faults({ lose_answer: false })
      }
      await begin(account.presentment_url)
      const maker = adapter.maker(Math.max(first, adapter.held() - 1))
      const trouble = async () => {
        adapter.faults({ status: 500 })
        await runJobs(10_000)
        adapter.faults({ status: undefined })
      }
      const news = [
        () => send(callbackUrl, maker.callback()),
        () => send(callbackUrl, maker.callback()),
        () => open(maker.returnUrl()),
        () => runJobs(below(60_000)),
        trouble,
      ]
      await hear(news)
      if (facts.arrives > 0) maker.pay(facts.arrives)
      else if (sometimes(2)) maker.decline()
      await hear(news)
      // The refunds are asked for by somebody who has seen the payment.
      if (facts.refunds.length > 0) {
        await send(callbackUrl, maker.callback())
        await runJobs(60_000)
        const { data } = (await live('GET', `/billing/payments?account=${account.id}`)).body
        for (const { amount } of facts.refunds) {
          if (sometimes(4)) adapter.faults({ lose_refund: true })
          const path = `/collect/payments/${data[0].id}/refunds`
          const answer = await live('POST', path, { amount, reason: 'because' })
          adapter.faults({ lose_refund: false })
          expect([answer.status, answer.text]).toEqual([201, answer.text])
          await hear(news)
        }
        await runJobs(120_000)
        const held = maker.refunds()
        expect(held).toHaveLength(facts.refunds.length)
        const told = held.map((refund) => () => send(callbackUrl, refund.callback()))
        for (const [at, refund] of held.entries()) {
          refund.settle(facts.refunds[at]?.succeeds ?? true)
          await hear([...news, ...told])
        }
      }
      for (let hours = 0; hours < 6; hours++) await runJobs(3_600_000)
      const balance = await merchant.balance(account)
      const { data } = (await live('GET', `/billing/payments?account=${account.id}`)).body
      const whole = facts.arrives > 0 ? (await live('GET', `/billing/payments/${data[0]?.id}`)).body : undefined
      const sum = (rows: { amount: number }[] = []) => rows.reduce((total, { amount }) => total + amount, 0)
      const refunds = whole ? (await live('GET', `/billing/refunds?payment=${whole.id}`)).body.data : []
      const succeeded = refunds.filter(({ status }: { status: string }) => status === 'succeeded')
      const seen = {
        balance,
        applied: owed - balance,
        unapplied: whole?.unapplied_amount ?? 0,
        refunded: sum(succeeded),
      }
      expect({ order: maker.name, facts, ...seen }).toEqual({ order: maker.name, facts, ...booksOf(facts) })
      expect(refunds).toHaveLength(facts.refunds.length)
    }

    if (name === 'stripe') merchant.stripe.faults.refund_status = 'pending'
    for (let order = 0; order < orders; order++) await oneOrder()
    await expectCleanBooks(server.database)
    tally('orders of processors', orders)
  },
)

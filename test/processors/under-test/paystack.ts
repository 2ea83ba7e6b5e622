import { createHmac } from 'node:crypto'
import { formatId } from '../../../src/core/id/id.ts'
import type { Act, DisputeAct, ProcessorUnderTest, Stage } from '../../../src/payments/processor/check/subject.ts'
import { findKind } from '../../../src/payments/processor/kinds.ts'
import { createPaystack } from '../../../src/payments/processor/paystack/paystack.ts'
import { type PaystackFake, paystackKeys, startPaystackFake } from '../../fakes/paystack.ts'
import type { FakeTransaction } from '../../fakes/paystack-books.ts'

// By hand: a CFA franc has two decimals on Paystack's wire and none in ISO 4217.
const factorOf = (currency: string) => (currency === 'XOF' ? 100n : 1n)
const toWire = (amount: bigint, currency: string) => Number(amount * factorOf(currency))
const fromWire = (amount: unknown, currency: unknown) => BigInt(Number(amount)) / factorOf(String(currency))

const statuses: Readonly<Partial<Record<Act, string>>> = {
  is_declined: 'failed',
  waits: 'pending',
  unknown_word: 'dreaming',
}

function dispute(fake: PaystackFake, transaction: FakeTransaction, act: DisputeAct): void {
  // Nobody asks about disputes of what was paid just now.
  transaction.paid_at = new Date(Date.now() - 120_000).toISOString()
  const opened = fake.disputes.open(transaction)
  if (act === 'dispute_taken') fake.disputes.resolve(opened, 'auto-accepted')
  if (act === 'dispute_unknown_word') opened.status = 'mediation'
}

async function start(base_url: string): Promise<Stage> {
  const fake = await startPaystackFake()
  fake.faults.page_origin = base_url
  const transactionOf = (reference: string) => {
    const transaction = fake.transactions.find((one) => one.reference === reference)
    if (!transaction) throw new Error(`The stand-in has no transaction ${reference}.`)
    return transaction
  }
  return {
    maker_url: fake.url,
    secrets: { secret_key: paystackKeys.live },
    refused_key: 'sk_live_aKeyThatNobodyHas',
    refusal: { status: 400, body: '{"status":false,"message":"Invalid amount","code":"invalid_params"}' },
    request_id_header: 'cf-ray',
    cannot: {
      expires: 'a page of Paystack does not expire',
      name_events: 'its callbacks have no id',
      sign_the_time: 'its signature is over the body alone',
      dispute_won: 'what a dispute has taken does not come back',
      settle_refunds: 'its settlements do not name what was sent back',
    },
    charges: (payment_id) =>
      fake.transactions
        .filter(
          ({ asked }) => (asked.metadata as { payment_id?: string }).payment_id === formatId('payment', payment_id),
        )
        .map(({ reference, asked }) => {
          const currency = String(asked.currency)
          return { reference, amount: fromWire(asked.amount, currency), currency }
        }),
    play(reference, act, { amount, currency } = {}) {
      const transaction = transactionOf(reference)
      if (transaction.status === 'success') return
      if (act === 'pays') fake.pay(transaction)
      else transaction.status = statuses[act] ?? transaction.status
      if (currency !== undefined) transaction.currency = currency
      if (amount !== undefined) {
        transaction.amount = amount === null ? null : toWire(amount, String(transaction.currency))
      }
    },
    refunds: (reference) =>
      fake.refunds
        .filter(({ transaction_reference }) => transaction_reference === reference)
        .map(({ amount }) => fromWire(amount, transactionOf(reference).currency)),
    dispute: (reference, act) => dispute(fake, transactionOf(reference), act),
    settle: (references) => void fake.settle(references.map(transactionOf)),
    callback({ reference, mode, forged, body: other }) {
      const told = { ...transactionOf(reference), status: 'success' }
      const usual = fake.callback(told, { domain: mode }).body
      const body = other?.(usual) ?? usual
      const key = forged ? 'sk_live_anotherKeyOfTheCheck' : paystackKeys.live
      const signature = createHmac('sha512', key).update(body).digest('hex')
      return { body, headers: { 'content-type': 'application/json', 'x-paystack-signature': signature } }
    },
    stop: () => fake.close(),
  }
}

const kind = findKind('paystack', 'live')
if (kind?.way !== 'charge') throw new Error('There is no processor of the name paystack.')

export const processorUnderTest: ProcessorUnderTest = {
  kind,
  open: async ({ clock, fetch, base_url, mode, secrets: { secret_key = '' } }) => {
    const processorClient = { fetch, stripe_url: undefined, paystack_url: base_url }
    return createPaystack({ clock, processorClient }, mode, secret_key)
  },
  start,
}

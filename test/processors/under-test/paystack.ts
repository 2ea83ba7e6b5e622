import { createHmac } from 'node:crypto'
import { formatId } from '../../../src/core/id/id.ts'
import type { Act, ProcessorUnderTest, Stage } from '../../../src/payments/processor/check/subject.ts'
import { findKind } from '../../../src/payments/processor/kinds.ts'
import { createPaystack } from '../../../src/payments/processor/paystack/paystack.ts'
import { paystackKeys, startPaystackFake } from '../../fakes/paystack.ts'

// By hand: a CFA franc has two decimals on Paystack's wire and none in ISO 4217.
const factorOf = (currency: string) => (currency === 'XOF' ? 100n : 1n)
const toWire = (amount: bigint, currency: string) => Number(amount * factorOf(currency))
const fromWire = (amount: unknown, currency: unknown) => BigInt(Number(amount)) / factorOf(String(currency))

const statuses: Readonly<Partial<Record<Act, string>>> = {
  is_declined: 'failed',
  waits: 'pending',
  unknown_word: 'dreaming',
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

import { formatId } from '../../src/core/id/id.ts'
import type { Act, ProcessorUnderTest, Stage } from '../../src/payments/processor/check/subject.ts'
import { acmePay, openAcmePay } from './acme-pay.ts'
import { acmeHeaders, acmeSecrets, minorUnits, startAcmeFake } from './fake.ts'

const card = { kind: 'CREDIT', scheme: 'VISA', last4: '4242' }
const refusal = { code: 'insufficient_funds', text: 'There is not enough money on the card.' }
const played: Readonly<Record<Act, object>> = {
  pays: { state: 'paid', card },
  is_declined: { state: 'refused', card, refusal },
  expires: { state: 'lapsed' },
  waits: { state: 'waiting', card },
  unknown_word: { state: 'pondering' },
}
// As Acme Pay writes an amount of minor units, by hand: the adapter's own arithmetic is what is checked.
const decimals: Readonly<Record<string, number>> = { ZAR: 2, USD: 2, JPY: 0, KWD: 3, PLN: 2 }
const wireText = (amount: bigint, currency: string) => {
  const digits = decimals[currency] ?? 2
  const text = `${amount}`.padStart(digits + 1, '0')
  return digits === 0 ? text : text.replace(new RegExp(`(\\d{${digits}})$`), '.$1')
}

async function start(base_url: string): Promise<Stage> {
  const fake = await startAcmeFake(base_url)
  const chargeOf = (reference: string) => {
    const charge = fake.charges.find(({ id }) => id === reference)
    if (!charge) throw new Error(`The stand-in has no charge ${reference}.`)
    return charge
  }
  return {
    maker_url: fake.url,
    secrets: acmeSecrets,
    refused_key: 'acme_live_thatNobodyHas0000',
    refusal: { status: 422, body: '{"error":"merchant_not_active"}' },
    request_id_header: 'acme-request',
    charges: (payment_id) =>
      fake.charges
        .filter(({ order }) => order === formatId('payment', payment_id))
        .map(({ id, amount, currency }) => ({ reference: id, amount: minorUnits(amount ?? '0'), currency })),
    play(reference, act, { amount, currency } = {}) {
      const charge = chargeOf(reference)
      if (charge.state !== 'open' && charge.state !== 'waiting') return
      Object.assign(charge, played[act], { decided_at: new Date().toISOString() })
      if (currency !== undefined) charge.currency = currency
      if (amount !== undefined) charge.amount = amount === null ? null : wireText(amount, charge.currency)
    },
    refunds: (reference) =>
      fake.refunds.filter(({ charge }) => charge === reference).map(({ amount }) => minorUnits(amount)),
    callback({ reference, event_id, at, mode, forged, body: other }) {
      const usual = JSON.stringify({ mode, charge: reference, state: 'paid' })
      const body = other?.(usual) ?? usual
      const secret = forged ? `whsec_${Buffer.alloc(24, 7).toString('base64')}` : acmeSecrets.webhook_secret
      return { body, headers: acmeHeaders(event_id, at, body, secret) }
    },
    stop: () => fake.close(),
  }
}

/** What `tallystick processor check` looks for in this file. */
export const processorUnderTest: ProcessorUnderTest = {
  kind: acmePay,
  open: async (setting) => openAcmePay(setting),
  start,
}

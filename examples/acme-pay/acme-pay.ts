import { z } from 'zod'
import { exponentOf } from '../../src/core/currency.ts'
import { formatId } from '../../src/core/id/id.ts'
import { ProcessorFault } from '../../src/payments/processor/fault.ts'
import type { ProcessorKind, Secrets, Served } from '../../src/payments/processor/kinds.ts'
import type {
  ChargeRange,
  ChargeState,
  Processor,
  ProcessorTerms,
  RefundState,
} from '../../src/payments/processor/processor.ts'
import { verifyStandardWebhook } from '../../src/payments/processor/standard-webhook.ts'

// What Acme Pay takes: from 1.00 to 50,000.00, or as much in yen and dinars.
const currencies = ['ZAR', 'USD', 'JPY', 'KWD']
const limits = new Map(currencies.map((currency) => [currency, rangeOf(currency)]))

function rangeOf(currency: string): ChargeRange {
  const unit = 10n ** BigInt(exponentOf(currency) ?? 0)
  return { minimum: unit, maximum: 50_000n * unit, step: 1n }
}

const terms: ProcessorTerms = {
  limits,
  capabilities: { capture: 'none', refund: 'partial', close: true, open_is_idempotent: true, settlements: false },
  pending_max_ms: 7 * 86_400_000,
}

/** Minor units as Acme Pay writes them: text in major units, such as 20.00. No float ever holds an amount. */
function toWire(amount: bigint, currency: string): string {
  const decimals = exponentOf(currency) ?? 0
  const digits = String(amount).padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** Undefined for what is no amount: what is not known is never guessed. */
function fromWire(text: string | null, currency: string): bigint | undefined {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,3}))?$/.exec(text ?? '') ?? []
  const decimals = exponentOf(currency)
  return whole === undefined || decimals !== fraction.length ? undefined : BigInt(whole + fraction)
}

// Each answer is read by one schema. What does not fit it says nothing, so nobody knows.
const shownCharge = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  page: z.url(),
  state: z.string(),
  amount: z.string().nullable(),
  currency: z.string().length(3),
  decided_at: z.iso.datetime().nullable(),
  card: z.object({ kind: z.string(), scheme: z.string(), last4: z.string().regex(/^\d{4}$/) }).nullable(),
  refusal: z.object({ code: z.string().regex(/^[a-z_]{1,40}$/), text: z.string().min(5).max(200) }).nullable(),
})
const shownRefund = z.object({ id: z.string().regex(/^[\w-]{1,100}$/), state: z.string() })
const callback = z.object({ mode: z.enum(['test', 'live']), charge: z.string().max(100) })

type Setting = {
  clock: { now(): Date }
  fetch: typeof globalThis.fetch
  base_url: string
  mode: Served['mode']
  secrets: Secrets
}

/** Acme Pay, a payment service that does not exist: an adapter to begin another one with. */
export function openAcmePay({
  clock,
  fetch,
  base_url,
  mode,
  secrets,
}: Setting): Processor & { verifyKey(): Promise<void> } {
  const call = callerOf(fetch, base_url, secrets.secret_key ?? '')
  return {
    name: 'acme_pay',
    page_origins: [new URL(base_url).origin],
    ...terms,
    async open({ payment_id, amount, currency, merchant_name, return_url }, key) {
      const asked = {
        order: formatId('payment', payment_id),
        amount: toWire(amount, currency),
        currency,
        merchant: merchant_name,
        back: return_url,
      }
      const { body, request_id } = await call('POST', '/charges', shownCharge, { key, asked })
      return { reference: body.id, url: body.page, request_id }
    },
    async close(reference) {
      try {
        await call('POST', `/charges/${reference}/cancel`, shownCharge, { key: `${reference}:close` })
        return 'closed'
      } catch (error) {
        // It is decided already: `fetch` says how.
        if (error instanceof ProcessorFault && error.kind === 'refused') return 'too_late'
        throw error
      }
    },
    fetch: async (reference) => stateOf((await call('GET', `/charges/${reference}`, shownCharge)).body),
    async refund({ refund_id, charge_reference, amount, currency, reason }) {
      const asked = { charge: charge_reference, amount: toWire(amount, currency), reason }
      const key = formatId('refund', refund_id)
      return refundOf((await call('POST', '/refunds', shownRefund, { key, asked })).body)
    },
    fetchRefund: async (reference) => refundOf((await call('GET', `/refunds/${reference}`, shownRefund)).body),
    wake(raw_body, headers) {
      const event_id = verifyStandardWebhook(raw_body, headers, secrets.webhook_secret ?? '', clock.now())
      const told = callback.safeParse(parsed(raw_body.toString('utf8')))
      return told.success && told.data.mode === mode ? [{ event_id, reference: told.data.charge }] : []
    },
    verifyKey: async () => void (await call('GET', '/account', z.object({ id: z.string() }))),
  }
}

/** What has become of a charge. A state that is not known is looked at again. */
function stateOf({ state, amount, currency, decided_at, card, refusal }: z.output<typeof shownCharge>): ChargeState {
  const method_details = card
    ? { type: 'card' as const, card: { type: card.kind, scheme: card.scheme, last4: card.last4 } }
    : undefined
  if (state === 'open') return { status: 'open' }
  if (state === 'paid' && decided_at !== null) {
    return {
      status: 'succeeded',
      at: new Date(decided_at),
      amount: fromWire(amount, currency),
      currency,
      method_details,
    }
  }
  if (state === 'refused' || state === 'lapsed' || state === 'cancelled') {
    const { code, text } = refusal ?? { code: state, text: 'The payment was not finished in time.' }
    return {
      status: 'failed',
      decline: { error_code: 'card_declined', decline_code: code, message: text },
      method_details,
    }
  }
  return { status: 'pending', method_details }
}

function refundOf({ id, state }: z.output<typeof shownRefund>): RefundState {
  if (state === 'sent') return { reference: id, status: 'succeeded' }
  const failure = { code: 'sent_back', message: 'The bank sent the money back.' }
  return state === 'sent_back' ? { reference: id, status: 'failed', failure } : { reference: id, status: 'pending' }
}

/** What text is as JSON; undefined for what is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Asked = { key?: string; asked?: object }

/** Calls Acme Pay, and gives each failure its kind. No message holds a body or the key. */
function callerOf(fetch: Setting['fetch'], base_url: string, secret_key: string) {
  return async function call<T>(method: string, path: string, shape: z.ZodType<T>, { key, asked }: Asked = {}) {
    const headers = {
      authorization: `Bearer ${secret_key}`,
      ...(asked && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
    }
    const init = { method, headers, ...(asked && { body: JSON.stringify(asked) }) }
    const answer = await fetch(base_url + path, init)
      .then(async (response) => ({ response, text: await response.text() }))
      .catch(() => undefined)
    if (!answer) throw new ProcessorFault('unknown', 'Acme Pay did not answer')
    const { status, headers: answered } = answer.response
    const request_id = answered.get('acme-request') ?? undefined
    const fail = (kind: ProcessorFault['kind']) =>
      new ProcessorFault(kind, `Acme Pay answered ${status} to ${method} ${path.split('/')[1]}`, request_id)
    if (status === 401 || status === 403) throw fail('key_refused')
    // 409 is a call with the same key in flight, 429 too many.
    if (status >= 400 && status < 500 && status !== 409 && status !== 429) throw fail('refused')
    const read = shape.safeParse(parsed(answer.text))
    if (status !== 200 || !read.success) throw fail('unknown')
    return { body: read.data, request_id }
  }
}

/** What is registered in `kinds.ts`. */
export const acmePay: ProcessorKind = {
  way: 'charge',
  title: 'Acme Pay',
  modes: ['test', 'live'],
  is_default: false,
  terms,
  calls_back: true,
  secrets: [
    { name: 'secret_key', pattern: /^acme_(test|live)_[A-Za-z0-9]{16,100}$/, example: 'acme_live_…' },
    { name: 'webhook_secret', pattern: /^whsec_[A-Za-z0-9+/=]{32,100}$/, example: 'whsec_…' },
  ],
  open: async ({ clock, processorClient: { fetch } }, { mode }, secrets) =>
    openAcmePay({ clock, fetch, base_url: 'https://acme.example', mode, secrets }),
  modeOf: (secret_key) => (secret_key.startsWith('acme_live_') ? 'live' : 'test'),
  verifyKey: ({ clock, processorClient: { fetch } }, { mode }, secret_key) =>
    openAcmePay({ clock, fetch, base_url: 'https://acme.example', mode, secrets: { secret_key } }).verifyKey(),
}

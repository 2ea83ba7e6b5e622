import type { AppContext } from '../../context.ts'
import { bankTransferTerms } from './bank-transfer/bank-transfer.ts'
import { createPaystack, paystackTerms } from './paystack/paystack.ts'
import type { Processor, ProcessorTerms } from './processor.ts'
import { simulator, simulatorTerms } from './simulator/simulator.ts'
import { createStripe, stripeTerms } from './stripe/stripe.ts'

/** What a processor is opened with. */
export type ProcessorApp = Pick<AppContext, 'pool' | 'clock' | 'vault' | 'publicUrl' | 'processorClient'>

/** The environment that a processor takes payments for. */
export type Served = { id: number; mode: 'test' | 'live' }

/** The secrets of a processor by their names. */
export type Secrets = Partial<Record<'secret_key' | 'webhook_secret', string>>

/** A kind of processor that an environment can switch on: it has charges, which it is asked about. */
export type ProcessorKind = {
  way: 'charge'
  /** What payers read where there are several. */
  title: string
  modes: readonly Served['mode'][]
  /** Whether it serves without being set up. */
  is_default: boolean
  /** What is known before it is opened, for which the SDK of a processor would have to be loaded. */
  terms: ProcessorTerms
  /** Whether it calls us back. */
  calls_back: boolean
  /** The form of each secret that it takes; the first is required to switch it on. */
  secrets: readonly { name: keyof Secrets; pattern: RegExp; example: string }[]
  open(app: ProcessorApp, environment: Served, secrets: Secrets): Promise<Processor>
  /** The mode that a key is for, as it says itself. */
  modeOf?(secret_key: string): Served['mode']
  /** Makes one call with a key. Throws a `ProcessorFault`. */
  verifyKey?(app: ProcessorApp, environment: Served, secret_key: string): Promise<void>
}

/** A way to pay that calls nobody: the payer is shown something and gives notice, and the money is recorded when it has arrived. */
export type NoticeKind = Pick<ProcessorKind, 'title' | 'modes' | 'is_default'> & {
  way: 'notice'
  terms: Pick<ProcessorTerms, 'limits' | 'capabilities'>
  calls_back: false
  secrets: readonly []
}

function modeOfKey(secret_key: string): Served['mode'] {
  return secret_key.slice(3).startsWith('live_') ? 'live' : 'test'
}

const stripe: ProcessorKind = {
  way: 'charge',
  title: 'Stripe',
  modes: ['test', 'live'],
  is_default: false,
  terms: stripeTerms,
  calls_back: true,
  secrets: [
    { name: 'secret_key', pattern: /^(sk|rk)_(test|live)_[A-Za-z0-9_]{8,240}$/, example: 'sk_live_…' },
    { name: 'webhook_secret', pattern: /^whsec_[A-Za-z0-9+/=_-]{8,240}$/, example: 'whsec_…' },
  ],
  open: (app, { mode }, { secret_key = '', webhook_secret }) => createStripe(app, mode, { secret_key, webhook_secret }),
  modeOf: modeOfKey,
  async verifyKey(app, { mode }, secret_key) {
    await (await createStripe(app, mode, { secret_key })).verifyKey()
  },
}

const paystack: ProcessorKind = {
  way: 'charge',
  title: 'Paystack',
  modes: ['test', 'live'],
  is_default: false,
  terms: paystackTerms,
  calls_back: true,
  // Callbacks are signed with the key itself.
  secrets: [{ name: 'secret_key', pattern: /^sk_(test|live)_[A-Za-z0-9]{8,240}$/, example: 'sk_live_…' }],
  open: async (app, { mode }, { secret_key = '' }) => createPaystack(app, mode, secret_key),
  modeOf: modeOfKey,
  verifyKey: (app, { mode }, secret_key) => createPaystack(app, mode, secret_key).verifyKey(),
}

const simulated: ProcessorKind = {
  way: 'charge',
  title: 'Simulator',
  modes: ['test'],
  is_default: true,
  terms: simulatorTerms,
  calls_back: false,
  secrets: [],
  open: async (app, { id }) => simulator(app, id),
}

const bankTransfer: NoticeKind = {
  way: 'notice',
  title: 'Bank transfer',
  modes: ['test', 'live'],
  is_default: false,
  terms: bankTransferTerms,
  calls_back: false,
  secrets: [],
}

/** Every processor by its name. */
const processorKinds = {
  simulator: simulated,
  stripe,
  paystack,
  bank_transfer: bankTransfer,
} as const satisfies Record<string, ProcessorKind | NoticeKind>

/** The name of a processor, as it stands in addresses and with each payment. */
export type ProcessorName = keyof typeof processorKinds

/** Every name, in the order in which they are shown. */
export const processorNames = Object.keys(processorKinds) as ProcessorName[]

/** The kind with this name, which may be what somebody sent; undefined where there is none for the mode. */
export function findKind(name: string, mode: Served['mode']): ProcessorKind | NoticeKind | undefined {
  const kind: ProcessorKind | NoticeKind | undefined = processorNames.includes(name as ProcessorName)
    ? processorKinds[name as ProcessorName]
    : undefined
  return kind?.modes.includes(mode) ? kind : undefined
}

/** The name by which payers know a processor. */
export function processorTitle(name: string): string {
  return processorNames.includes(name as ProcessorName) ? processorKinds[name as ProcessorName].title : name
}

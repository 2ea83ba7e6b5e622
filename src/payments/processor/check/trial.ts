import { inspect } from 'node:util'
import { systemClock } from '../../../core/clock.ts'
import { formatId, newId, randomBucket } from '../../../core/id/id.ts'
import { createAddressGuard } from '../../../net/address-guard.ts'
import { createGuardedFetch } from '../../../net/guarded-fetch.ts'
import { ProcessorFault } from '../fault.ts'
import type { Secrets } from '../kinds.ts'
import type { ChargeRange, NewCharge, OpenedCharge } from '../processor.ts'
import type { Line } from './line.ts'
import type { CheckedProcessor, ProcessorUnderTest, Stage } from './subject.ts'

/** What a case needs to do its work: an adapter that was opened, the stand-in of its maker, and the line between them. */
export type Trial = {
  subject: ProcessorUnderTest
  stage: Stage
  line: Line
  processor: CheckedProcessor
  /** Where the adapter has called with the client that it was given. */
  called: string[]
  /** Opens the adapter otherwise. */
  reopen(other: { secrets?: Secrets; deadline_ms?: number }): Promise<CheckedProcessor>
}

/** What a case asks of an adapter, and did not get. */
export class Unmet extends Error {}

/** Throws `Unmet` with what was expected and what was seen, unless it holds. */
export function expectThat(holds: unknown, expected: string, seen: unknown): asserts holds {
  if (holds) return
  throw new Unmet(`expected ${expected}; saw ${shownSeen(seen)}`)
}

/** What was seen, in a line. */
export function shownSeen(seen: unknown): string {
  if (seen instanceof ProcessorFault) return `a ProcessorFault ${seen.kind}: ${seen.message}`
  if (seen instanceof Error) return `${seen.constructor.name}: ${seen.message.split('\n')[0]}`
  if (typeof seen === 'string') return seen
  return inspect(seen, { breakLength: Number.POSITIVE_INFINITY, depth: 4 }).slice(0, 400)
}

// Long enough for a busy machine; a case about the deadline gives a shorter one.
const usualDeadlineMs = 15_000

/** Opens an adapter with a client like the one that it gets in production, which reaches this machine only here. */
export async function openTrial(subject: ProcessorUnderTest, stage: Stage, line: Line): Promise<Trial> {
  const called: string[] = []
  const guard = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
  const reopen: Trial['reopen'] = async ({ secrets = stage.secrets, deadline_ms = usualDeadlineMs }) => {
    const client = createGuardedFetch(guard, deadline_ms)
    const fetch: typeof globalThis.fetch = (input, init) => {
      called.push(input instanceof Request ? input.url : String(input))
      return client.fetch(input, init)
    }
    const setting = { clock: systemClock, fetch, base_url: line.base_url, mode: modeOf(subject), secrets }
    // The program copies what it opens, too: the methods of a class would be lost.
    return { ...(await subject.open(setting)) }
  }
  return { subject, stage, line, processor: await reopen({}), called, reopen }
}

/** The mode that an adapter is checked in: live, where it has one. */
export function modeOf({ kind }: ProcessorUnderTest): 'test' | 'live' {
  return kind.modes.includes('live') ? 'live' : 'test'
}

/** A charge that nobody has asked for yet: about twenty of its currency, as far as the limits let it. */
export function newCharge({ processor }: Pick<Trial, 'processor'>, given: Partial<NewCharge> = {}): NewCharge {
  const { limits } = processor
  const currency = given.currency ?? ['ZAR', 'USD', 'EUR'].find((one) => limits.has(one)) ?? [...limits.keys()][0] ?? ''
  const range = limits.get(currency)
  expectThat(range, 'limits for at least one currency', 'none')
  const now = new Date()
  return {
    payment_id: newId(randomBucket(), now.getTime()),
    amount: allowedNear(range, 2_000n),
    currency,
    merchant_name: 'Acme Water & Söhne',
    capture_method: 'automatic',
    return_url: 'https://pay.example.com/p/back?attempt=1',
    begun_at: now,
    payer: { customer_id: newId(randomBucket(), now.getTime()), email: 'payer@example.com' },
    ...given,
  }
}

/** The allowed amount that is nearest to one. */
export function allowedNear({ minimum, maximum, step }: ChargeRange, wanted: bigint): bigint {
  const within = wanted < minimum ? minimum : wanted > maximum ? maximum : wanted
  const down = within - (within % step)
  return down < minimum ? down + step : down
}

/** Opens a charge as the program does. */
export function openByKey(processor: CheckedProcessor, charge: NewCharge): Promise<OpenedCharge> {
  return processor.open(charge, `${formatId('payment', charge.payment_id)}:open`)
}

/** Opens a new charge. */
export async function opened(trial: Trial, given: Partial<NewCharge> = {}): Promise<OpenedCharge & NewCharge> {
  const charge = newCharge(trial, given)
  return { ...charge, ...(await openByKey(trial.processor, charge)) }
}

/** Opens a new charge, and has it paid. */
export async function paid(trial: Trial, given: Partial<NewCharge> = {}): Promise<OpenedCharge & NewCharge> {
  const charge = await opened(trial, given)
  await trial.stage.play(charge.reference, 'pays')
  return charge
}

/** What a call throws. Throws `Unmet` when it is anything but a `ProcessorFault` of one of these kinds. */
export async function faultOf(
  call: Promise<unknown>,
  kinds: readonly ProcessorFault['kind'][],
  why: string,
): Promise<ProcessorFault> {
  const seen = await call.catch((error: unknown) => error)
  const expected = `a ProcessorFault ${kinds.join(' or ')}, ${why}`
  expectThat(seen instanceof ProcessorFault && kinds.includes(seen.kind), expected, seen)
  return seen
}

/** Puts a fault on the line for the length of a call. */
export async function during<T>(line: Line, fault: NonNullable<Line['fault']>, call: () => Promise<T>): Promise<T> {
  line.fault = fault
  try {
    return await call()
  } finally {
    line.fault = undefined
  }
}

/** In a body that the maker answers with, and that no error may repeat. */
export const marker = '4242424242424242-body-of-the-maker'

/** Answers after which nobody knows what the maker has done. */
export const failures: readonly { what: string; fault: NonNullable<Line['fault']> }[] = [
  { what: 'the connection broke off', fault: { kind: 'cut' } },
  { what: 'it answered 500 and no JSON', fault: { kind: 'answered', status: 500, body: `<h1>${marker}</h1>` } },
  { what: 'it answered 502 and {}', fault: { kind: 'answered', status: 502, body: '{}' } },
  { what: 'it answered 503 and nothing', fault: { kind: 'answered', status: 503, body: '' } },
  { what: 'it answered 429', fault: { kind: 'answered', status: 429, body: `{"message":"${marker}"}` } },
]

/** Answers of 200 that do not say what the maker has done. */
export const unreadable: readonly { what: string; fault: NonNullable<Line['fault']> }[] = [
  '',
  '{',
  '[]',
  'null',
  '{}',
  `<h1>${marker}</h1>`,
].map((body) => ({ what: `it answered 200 and ${body || 'nothing'}`, fault: { kind: 'answered', status: 200, body } }))

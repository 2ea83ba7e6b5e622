import { formatId, newId, randomBucket } from '../../../../core/id/id.ts'
import { ProcessorFault } from '../../fault.ts'
import type { Authorisation, CaptureAnswer, ChargeState, NewCapture } from '../../processor.ts'
import type { Case } from '../case.ts'
import { allowedNear, during, expectThat, failures, faultOf, paid, type Trial } from '../trial.ts'

type Held = Extract<ChargeState, { status: 'authorised' }>

async function heldOf({ processor }: Trial, reference: string): Promise<Held> {
  const state = await processor.fetch(reference)
  expectThat(state.status === 'authorised', 'a charge that is authorised', state)
  return state
}

/** A charge whose amount is held until it is captured, what is captured first of it, and the rest. */
async function held(trial: Trial) {
  const { reference, amount, currency } = await paid(trial, { capture_method: 'manual' })
  const { processor_payment_id } = await heldOf(trial, reference)
  const range = trial.processor.limits.get(currency) ?? { minimum: 1n, maximum: 1n, step: 1n }
  const part = allowedNear(range, amount / 4n)
  const of = (amount: bigint): NewCapture => ({ charge_reference: reference, processor_payment_id, amount, currency })
  return { reference, amount, part: of(part), rest: of(amount - part), whole: of(amount) }
}

/** As the program makes keys: one for each capture. */
const newKey = (of: 'capture' | 'void') => `${formatId('capture', newId(randomBucket(), Date.now()))}:${of}`

function captured({ processor }: Trial, capture: NewCapture, key: string): Promise<CaptureAnswer> {
  return processor.capture?.(capture, key) ?? Promise.reject(new Error('it has no capture'))
}

function voided({ processor }: Trial, remainder: NewCapture, key: string): Promise<CaptureAnswer> {
  return processor.void?.(remainder, key) ?? Promise.reject(new Error('it has no void'))
}

function expectAnswer(seen: CaptureAnswer, expected: CaptureAnswer, of: string): void {
  expectThat(seen === expected, `${expected}, of ${of}`, seen)
}

/** Throws `Unmet` unless the maker and the adapter say that so much was captured and let go of. */
async function expectTaken(trial: Trial, reference: string, expected: Authorisation, when: string): Promise<void> {
  const words = `${expected.captured} captured and ${expected.released} let go of`
  const isIt = (seen: Authorisation) => seen.captured === expected.captured && seen.released === expected.released
  const books = await trial.stage.authorisation?.(reference)
  expectThat(books !== undefined && isIt(books), `${words} at the maker ${when}`, books)
  const told = await heldOf(trial, reference)
  expectThat(isIt(told), `${words} as it is fetched ${when}`, told)
}

/** Amounts that are held, captured and let go of. */
export const captureCases: readonly Case[] = [
  {
    id: 'capture.authorised',
    title: 'a charge that is to be captured by hand is authorised when it is paid: until when, and no money yet',
    needs: ['capture', 'pays'],
    async run(trial) {
      const { reference, amount, whole } = await held(trial)
      const state = await heldOf(trial, reference)
      const same = state.amount === amount && state.currency === whole.currency
      expectThat(same, `${amount} of ${whole.currency} that are held`, state)
      expectThat(state.expires_at.getTime() > Date.now(), 'an expires_at that is not over', state.expires_at)
      await expectTaken(trial, reference, { captured: 0n, released: 0n }, 'before anything was captured')
    },
  },
  {
    id: 'capture.once',
    title: 'a part that is captured twice under one key is captured once, and the answer is the same',
    needs: ['capture', 'pays'],
    async run(trial) {
      const { reference, part } = await held(trial)
      const key = newKey('capture')
      expectAnswer(await captured(trial, part, key), 'done', 'a part that is captured')
      expectAnswer(await captured(trial, part, key), 'done', 'the same part under the same key')
      const seen = await trial.stage.authorisation?.(reference)
      expectThat(seen?.captured === part.amount, `${part.amount} captured at the maker after two calls`, seen)
    },
  },
  {
    id: 'capture.answer_lost',
    title: 'an answer that is lost leaves one capture, and the next call under its key says so',
    needs: ['capture', 'pays', 'calls'],
    async run(trial) {
      const { reference, part } = await held(trial)
      const key = newKey('capture')
      const when = async () => ((await trial.stage.authorisation?.(reference))?.captured ?? 0n) > 0n
      await during(trial.line, { kind: 'lost', when }, () =>
        faultOf(captured(trial, part, key), ['unknown'], 'when the answer is lost'),
      )
      expectAnswer(await captured(trial, part, key), 'done', 'a capture that is asked for again')
      const seen = await trial.stage.authorisation?.(reference)
      expectThat(seen?.captured === part.amount, `${part.amount} captured at the maker, once`, seen)
    },
  },
  {
    id: 'capture.rest',
    title: 'what was not captured is let go of where it captures once, and stays where it captures many times',
    needs: ['capture', 'pays'],
    async run(trial) {
      const { reference, part, rest } = await held(trial)
      const isOnce = trial.processor.capabilities.capture === 'once'
      await captured(trial, part, newKey('capture'))
      const released = isOnce ? rest.amount : 0n
      await expectTaken(trial, reference, { captured: part.amount, released }, 'after a part was captured')
      const answer = await captured(trial, rest, newKey('capture'))
      expectAnswer(answer, isOnce ? 'gone' : 'done', 'a second capture')
      const all = part.amount + (isOnce ? 0n : rest.amount)
      await expectTaken(trial, reference, { captured: all, released }, 'after a second capture')
    },
  },
  {
    id: 'capture.too_much',
    title: 'more than is held is refused or gone, and nothing of it is captured',
    needs: ['capture', 'pays'],
    async run(trial) {
      const { reference, whole } = await held(trial)
      const more = { ...whole, amount: whole.amount * 2n }
      const seen = await captured(trial, more, newKey('capture')).catch((error: unknown) => error)
      const refused = seen instanceof ProcessorFault && seen.kind === 'refused'
      expectThat(refused || seen === 'gone', 'a ProcessorFault refused, or gone', seen)
      await expectTaken(trial, reference, { captured: 0n, released: 0n }, 'after more was asked for')
    },
  },
  {
    id: 'capture.void',
    title: 'a void lets go of all that is held, is done when it is asked for again, and leaves nothing to capture',
    needs: ['capture', 'pays'],
    async run(trial) {
      const { reference, part, whole, amount } = await held(trial)
      const key = newKey('void')
      expectAnswer(await voided(trial, whole, key), 'done', 'a void')
      expectAnswer(await voided(trial, whole, key), 'done', 'the same void')
      expectAnswer(await voided(trial, whole, newKey('void')), 'done', 'a void under another key')
      expectAnswer(await captured(trial, part, newKey('capture')), 'gone', 'a capture after a void')
      await expectTaken(trial, reference, { captured: 0n, released: amount }, 'after a void')
    },
  },
  {
    id: 'capture.expired',
    title: 'nothing is left to capture of an authorisation that has run out',
    needs: ['capture', 'pays', 'lapse'],
    async run(trial) {
      const { reference, part, amount } = await held(trial)
      await trial.stage.lapse?.(reference)
      expectAnswer(await captured(trial, part, newKey('capture')), 'gone', 'a capture after its time')
      await expectTaken(trial, reference, { captured: 0n, released: amount }, 'after its time')
    },
  },
  {
    id: 'capture.failing',
    title:
      'nobody knows what was captured or let go of when the connection breaks off, or the maker answers 5xx or 429',
    needs: ['capture', 'pays', 'calls'],
    async run(trial) {
      const { part, whole } = await held(trial)
      const [capture_key, void_key] = [newKey('capture'), newKey('void')]
      for (const { what, fault } of failures) {
        const why = `when ${what}`
        await during(trial.line, fault, () => faultOf(captured(trial, part, capture_key), ['unknown'], why))
        await during(trial.line, fault, () => faultOf(voided(trial, whole, void_key), ['unknown'], why))
      }
      expectAnswer(await captured(trial, part, capture_key), 'done', 'a capture that is asked for again')
    },
  },
]

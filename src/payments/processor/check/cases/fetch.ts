import { passesLuhn } from '../../../../core/card-number.ts'
import { methodDetails } from '../../../../shapes/payment-method.ts'
import type { ChargeState } from '../../processor.ts'
import type { Case } from '../case.ts'
import type { Act } from '../subject.ts'
import { during, expectThat, failures, faultOf, opened, paid, type Trial, unreadable } from '../trial.ts'
import { givenUp } from './open.ts'

async function stateAfter(trial: Trial, ...acts: Act[]): Promise<ChargeState> {
  const { reference } = await opened(trial)
  for (const act of acts) await trial.stage.play(reference, act)
  return trial.processor.fetch(reference)
}

const expectStatus = (state: ChargeState, ...wanted: ChargeState['status'][]) =>
  expectThat(wanted.includes(state.status), `a charge that is ${wanted.join(' or ')}`, state)

/** Runs of digits that may be a card number, with spaces or dashes between them. */
const cardNumbers = (text: string) =>
  [...text.matchAll(/\d(?:[ -]?\d){12,18}/g)].filter(([run]) => passesLuhn(run.replaceAll(/\D/g, '')))

function expectNoCard(state: ChargeState): void {
  if (!('method_details' in state) || state.method_details === undefined) return
  const read = methodDetails.safeParse(state.method_details)
  expectThat(read.success, 'method_details in the words of the API', state.method_details)
  if (read.data.type === 'card') {
    const { bin = '', last4 } = read.data.card
    expectThat(/^\d{0,6}$/.test(bin) && /^\d{4}$/.test(last4), 'at most six first digits and four last', read.data.card)
  }
  expectThat(cardNumbers(JSON.stringify(state.method_details)).length === 0, 'no card number', 'one')
}

/** What became of a charge. */
export const fetchCases: readonly Case[] = [
  {
    id: 'fetch.open',
    title: 'a charge that nobody has tried to pay is open',
    run: async (trial) => expectStatus(await stateAfter(trial), 'open'),
  },
  {
    id: 'fetch.succeeded',
    title: 'a charge that was paid has succeeded, with when and how, and no more of a card than its ends',
    needs: ['pays'],
    async run(trial) {
      const state = await stateAfter(trial, 'pays')
      expectThat(state.status === 'succeeded', 'a charge that has succeeded', state)
      const soon = Math.abs(state.at.getTime() - Date.now()) < 86_400_000
      expectThat(soon, 'the time at which it was paid', state.at)
      expectNoCard(state)
    },
  },
  {
    id: 'fetch.forward',
    title: 'a charge that has succeeded says the same each time, whatever is tried with it later',
    needs: ['pays'],
    async run(trial) {
      const { reference } = await paid(trial)
      const first = await trial.processor.fetch(reference)
      await trial.stage.play(reference, 'pays')
      const second = await trial.processor.fetch(reference)
      expectThat(first.status === 'succeeded' && second.status === 'succeeded', 'succeeded twice', [first, second])
      const same = first.amount === second.amount && first.currency === second.currency
      expectThat(same, 'the same amount twice', [first, second])
    },
  },
  {
    id: 'fetch.pending',
    title: 'a charge that a bank decides later is pending, and then what the bank decides',
    needs: ['waits', 'pays'],
    async run(trial) {
      const { reference } = await opened(trial)
      await trial.stage.play(reference, 'waits')
      expectStatus(await trial.processor.fetch(reference), 'pending')
      await trial.stage.play(reference, 'pays')
      expectStatus(await trial.processor.fetch(reference), 'succeeded')
    },
  },
  {
    id: 'fetch.declined',
    title: 'a charge that was refused has failed, with stable codes and a sentence for the payer',
    needs: ['is_declined'],
    async run(trial) {
      const { reference } = await opened(trial)
      await trial.stage.play(reference, 'is_declined')
      const state = await trial.processor.fetch(reference)
      expectThat(state.status === 'failed', 'a charge that has failed', state)
      const { error_code, decline_code, message } = state.decline
      const codes = [error_code, decline_code].every((code) => /^[a-z0-9_]{1,40}$/.test(code))
      expectThat(codes, 'codes of up to 40 characters a-z, 0-9 and _', state.decline)
      const sentence = message.length >= 5 && message.length <= 200 && cardNumbers(message).length === 0
      expectThat(sentence, 'a sentence of at most 200 characters, without a card number', state.decline)
      const later = await trial.processor.fetch(reference)
      const same = later.status === 'failed' && later.decline.decline_code === decline_code
      expectThat(same, 'the same code each time', later)
      expectNoCard(state)
    },
  },
  {
    id: 'fetch.expired',
    title: 'a charge that nobody paid in time has failed',
    needs: ['expires'],
    run: async (trial) => expectStatus(await stateAfter(trial, 'expires'), 'failed'),
  },
  {
    id: 'fetch.unknown_word',
    title: 'a state that no document names is looked at again: never success, never failure',
    needs: ['unknown_word'],
    async run(trial) {
      expectStatus(await stateAfter(trial, 'unknown_word'), 'pending', 'open')
    },
  },
  {
    id: 'fetch.failing',
    title: 'nobody knows the state when the connection breaks off, or the maker answers 5xx or 429',
    needs: ['calls', 'pays'],
    async run(trial) {
      const { reference } = await paid(trial)
      for (const { what, fault } of failures) {
        await during(trial.line, fault, () => faultOf(trial.processor.fetch(reference), ['unknown'], `when ${what}`))
      }
      expectStatus(await trial.processor.fetch(reference), 'succeeded')
    },
  },
  {
    id: 'fetch.unreadable',
    title: 'an answer that cannot be read decides nothing',
    needs: ['calls', 'pays'],
    async run(trial) {
      const { reference } = await paid(trial)
      for (const { what, fault } of unreadable) {
        const seen = await during(trial.line, fault, () =>
          trial.processor.fetch(reference).catch((error: unknown) => error),
        )
        const status = (seen as Partial<ChargeState>).status
        if (status === 'pending' || status === 'open') continue
        await faultOf(Promise.reject(seen), ['unknown'], `or a charge that is pending, when ${what}`)
      }
    },
  },
  {
    id: 'fetch.deadline',
    title: 'a maker that does not answer is given up at the deadline of the client',
    needs: ['calls'],
    async run(trial) {
      const { reference } = await opened(trial)
      await givenUp(trial, (processor) => processor.fetch(reference))
    },
  },
]

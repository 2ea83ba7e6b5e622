import type { MethodDetails } from '../processor.ts'
import type { ChargeBehaviour } from './cards.ts'

/** A bank of the simulator, from which a payer pays at once (instant EFT). */
export type SimulatedBank = { id: string; name: string; does: string; behaviour: ChargeBehaviour }

/** Every bank that the simulator knows, with what it does once its payer approves. */
export const simulatedBanks: readonly [SimulatedBank, ...SimulatedBank[]] = [
  { id: 'first', name: 'First Simulated Bank', does: 'approves', behaviour: { kind: 'succeeds' } },
  {
    id: 'second',
    name: 'Second Simulated Bank',
    does: 'refuses',
    behaviour: { kind: 'declined', decline_code: 'refused_by_bank' },
  },
  {
    id: 'slow',
    name: 'Slow Bank',
    does: 'is pending, then succeeds',
    behaviour: { kind: 'pending', becomes: 'succeeded' },
  },
  {
    id: 'stubborn',
    name: 'Stubborn Bank',
    does: 'is pending, then refuses',
    behaviour: { kind: 'pending', becomes: 'failed' },
  },
]

/** What is kept of a payment from a bank. */
export function eftDetails({ name }: SimulatedBank): MethodDetails {
  return { type: 'instant_eft', instant_eft: { bank: name } }
}

const delayMaxS = 86_400

/** What was chosen at the list of banks: a bank, and for how long a pending one waits. */
export type BankChoice = { bank: SimulatedBank; delay_s: number }

/** Reads the choice. `delay_fault` says what is wrong with the time; without either, no bank was chosen yet. */
export function readBankChoice(sent: (name: string) => string | undefined): BankChoice | { delay_fault?: string } {
  const delay = (sent('delay_s') ?? '3').trim()
  if (!/^\d{1,5}$/.test(delay) || Number(delay) > delayMaxS) {
    return { delay_fault: `Enter a whole number of seconds from 0 to ${delayMaxS}.` }
  }
  const bank = simulatedBanks.find(({ id }) => id === sent('bank'))
  return bank ? { bank, delay_s: Number(delay) } : {}
}

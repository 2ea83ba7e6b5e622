import { exponentOf } from '../../../../core/currency.ts'
import type { Case } from '../case.ts'
import type { Arrived } from '../subject.ts'
import { allowedNear, expectThat, opened, type Trial } from '../trial.ts'
import { oneCharge } from './open.ts'

// With two, no and three decimals, and those that makers count otherwise than ISO 4217 does.
const telling = 'ZAR USD NGN JPY KRW XOF KWD BHD TND UGX ISK MGA CLP HUF TWD MRU'.split(' ')
const currenciesMax = 20
// A float makes another amount of 1.15, 4.35, 16.40 and 1.005; a signed number of 32 bits of the last.
const wanted = [1n, 115n, 435n, 1_005n, 1_640n, 1_999n, 123_456_789n, 9_007_199_254_740_993n]

/** What is tried: in each telling currency the smallest amount, the largest, and those in between that floats get wrong. */
function probes({ processor: { limits } }: Trial): { currency: string; amount: bigint }[] {
  const taken = [...limits.keys()]
  const currencies = [...new Set([...telling.filter((one) => limits.has(one)), ...taken])].slice(0, currenciesMax)
  return currencies.flatMap((currency) => {
    const range = limits.get(currency)
    const amounts = range ? new Set(wanted.map((amount) => allowedNear(range, amount))) : []
    return [...amounts].map((amount) => ({ currency, amount }))
  })
}

const shown = ({ amount, currency }: { amount: bigint | undefined; currency: string | undefined }) =>
  `${amount} minor units of ${currency}${currency && ` (${exponentOf(currency)} decimals)`}`

/** The state of a charge for which something else arrived than was asked. */
async function arrived(trial: Trial, other: Arrived) {
  const charge = await opened(trial)
  await trial.stage.play(charge.reference, 'pays', other)
  const state = await trial.processor.fetch(charge.reference)
  return { charge, state }
}

/** Amounts and currencies, there and back. */
export const amountsCases: readonly Case[] = [
  {
    id: 'amounts.asked',
    title: 'every amount arrives at the maker as it was asked, in its currency',
    async run(trial) {
      for (const probe of probes(trial)) {
        const { payment_id } = await opened(trial, probe)
        const held = await oneCharge(trial, payment_id, `for ${shown(probe)}`)
        const same = held.amount === probe.amount && held.currency === probe.currency
        expectThat(same, `a charge of ${shown(probe)} at the maker`, shown(held))
      }
    },
  },
  {
    id: 'amounts.arrived',
    title: 'every amount comes back as it was paid, in its currency',
    needs: ['pays'],
    async run(trial) {
      for (const probe of probes(trial)) {
        const { reference } = await opened(trial, probe)
        await trial.stage.play(reference, 'pays')
        const state = await trial.processor.fetch(reference)
        expectThat(state.status === 'succeeded', `${shown(probe)} that have succeeded`, state)
        const same = state.amount === probe.amount && state.currency === probe.currency
        expectThat(same, `${shown(probe)} as they were paid`, shown(state))
      }
    },
  },
  {
    id: 'amounts.other',
    title: 'another amount than was asked is told as it is',
    needs: ['pays', 'say_another_amount'],
    async run(trial) {
      const { limits } = trial.processor
      for (const factor of [2n, 5n]) {
        const charge = await opened(trial)
        const range = limits.get(charge.currency)
        const amount = range ? allowedNear(range, (charge.amount * factor) / 3n) : charge.amount
        await trial.stage.play(charge.reference, 'pays', { amount })
        const state = await trial.processor.fetch(charge.reference)
        const told = state.status === 'succeeded' && state.amount === amount
        expectThat(told, `${amount} that arrived where ${charge.amount} were asked`, state)
      }
    },
  },
  {
    id: 'amounts.other_currency',
    title: 'another currency than was asked is told as it is',
    needs: ['pays', 'say_another_amount'],
    async run(trial) {
      const { state, charge } = await arrived(trial, { currency: 'PLN' })
      const told = state.status === 'succeeded' && state.currency === 'PLN'
      expectThat(told, `PLN that arrived where ${charge.currency} were asked`, state)
    },
  },
  {
    id: 'amounts.missing',
    title: 'an amount that the maker does not name is undefined, not what was asked',
    needs: ['pays', 'say_another_amount'],
    async run(trial) {
      const { state } = await arrived(trial, { amount: null })
      expectThat(state.status === 'succeeded' && state.amount === undefined, 'succeeded without an amount', state)
    },
  },
]

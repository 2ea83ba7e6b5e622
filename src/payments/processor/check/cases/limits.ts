import { exponentOf } from '../../../../core/currency.ts'
import type { Case } from '../case.ts'
import { expectThat } from '../trial.ts'

/** What an adapter says of itself, before anything is asked of it. */
export const limitsCases: readonly Case[] = [
  {
    id: 'limits.ranges',
    title: 'every range has a minimum above 0, a maximum, and a step that divides both',
    async run({ processor: { limits } }) {
      for (const [currency, { minimum, maximum, step }] of limits) {
        const sound = step > 0n && minimum > 0n && maximum >= minimum && minimum % step === 0n && maximum % step === 0n
        expectThat(sound, 'a range from above 0 in whole steps', { currency, minimum, maximum, step })
      }
    },
  },
  {
    id: 'limits.currencies',
    title: 'it takes a currency, and no currency that is none',
    async run({ processor: { limits } }) {
      expectThat(limits.size > 0, 'limits for at least one currency', 'none')
      const strange = [...limits.keys()].filter((code) => exponentOf(code) === undefined)
      expectThat(strange.length === 0, 'codes of ISO 4217 in capital letters', strange)
    },
  },
  {
    id: 'limits.terms',
    title: 'what is known before it is opened is what it says then',
    async run({ subject: { kind }, processor }) {
      const [before, after] = [kind.terms, processor].map(({ limits, capabilities, pending_max_ms }) => ({
        limits: [...limits],
        capabilities,
        pending_max_ms,
      }))
      const shown = (terms: unknown) =>
        JSON.stringify(terms, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
      expectThat(shown(before) === shown(after), 'the terms of its kind', after)
      expectThat(kind.terms.pending_max_ms > 0, 'a pending_max_ms above 0', kind.terms.pending_max_ms)
    },
  },
  {
    id: 'limits.capabilities',
    title: 'it has a function for each capability, and none without',
    async run({ subject: { kind }, processor }) {
      const { capabilities, refund, fetchRefund, wake, capture, void: release, settlements } = processor
      const refunds = capabilities.refund !== 'none'
      const captures = capabilities.capture !== 'none'
      const pairs = {
        capture: captures === (capture !== undefined),
        void: captures === (release !== undefined),
        settlements: capabilities.settlements === (settlements !== undefined),
        refund: refunds === (refund !== undefined),
        fetchRefund: refunds === (fetchRefund !== undefined),
        wake: kind.calls_back === (wake !== undefined),
      }
      const wrong = Object.entries(pairs).flatMap(([name, holds]) => (holds ? [] : [name]))
      expectThat(wrong.length === 0, 'a function where it says that it can, and none where it cannot', wrong)
    },
  },
  {
    id: 'limits.secrets',
    title: 'the form of each secret is that of the whole secret, and the first is the key',
    needs: ['keys'],
    async run({ subject: { kind }, stage }) {
      expectThat(kind.secrets[0]?.name === 'secret_key', 'secret_key as the first secret', kind.secrets[0]?.name)
      for (const { name, pattern } of kind.secrets) {
        const secret = stage.secrets[name] ?? ''
        expectThat(pattern.test(secret), `a secret of the stand-in that fits the pattern of ${name}`, 'none')
        const spoiled = [` ${secret}`, `${secret} `, `${secret}\n`, `x${secret}`, `${secret}é`, '']
        const taken = spoiled.filter((text) => pattern.test(text)).map((text) => text.replace(secret, '…'))
        expectThat(taken.length === 0, `a pattern of ${name} that takes the whole secret and nothing besides`, taken)
      }
    },
  },
]

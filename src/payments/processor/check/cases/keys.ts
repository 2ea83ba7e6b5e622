import type { Case } from '../case.ts'
import { during, failures, faultOf, newCharge, openByKey } from '../trial.ts'

/** What happens with a key that is good, refused, or cannot be tried. */
export const keysCases: readonly Case[] = [
  {
    id: 'keys.good',
    title: 'a key that is good is found to be',
    needs: ['keys', 'verify_key'],
    async run({ processor }) {
      await processor.verifyKey?.()
    },
  },
  {
    id: 'keys.refused',
    title: 'a key that the maker refuses is key_refused, and opens nothing',
    needs: ['keys', 'calls'],
    async run(trial) {
      const { reopen, stage } = trial
      const other = await reopen({
        secrets: { ...stage.secrets, secret_key: stage.refused_key } as typeof stage.secrets,
      })
      const charge = newCharge(trial)
      await faultOf(openByKey(other, charge), ['key_refused'], 'for the refused_key of the stage')
      if (other.verifyKey) await faultOf(other.verifyKey(), ['key_refused'], 'when the key is tried')
    },
  },
  {
    id: 'keys.unknown',
    title: 'while the maker is down, a key is neither good nor refused',
    needs: ['keys', 'verify_key', 'calls'],
    async run({ line, processor }) {
      for (const { what, fault } of failures) {
        await during(line, fault, () =>
          faultOf(processor.verifyKey?.() ?? Promise.resolve(), ['unknown'], `when ${what}`),
        )
      }
    },
  },
]

import { newId, randomBucket } from '../../../../core/id/id.ts'
import type { Case } from '../case.ts'
import { during, expectThat, failures, faultOf, opened } from '../trial.ts'

/** Looking for the charge of a payment, where opening is not idempotent. */
export const findCases: readonly Case[] = [
  {
    id: 'find.opened',
    title: 'it finds the charge of a payment, with its page',
    needs: ['find'],
    async run(trial) {
      const { payment_id, reference, url } = await opened(trial)
      const found = await trial.processor.find?.(payment_id)
      expectThat(found?.reference === reference && found.url === url, `the charge ${reference}`, found)
    },
  },
  {
    id: 'find.none',
    title: 'it finds nothing for a payment without a charge',
    needs: ['find'],
    async run({ processor }) {
      const found = await processor.find?.(newId(randomBucket(), Date.now()))
      expectThat(found === undefined, 'undefined', found)
    },
  },
  {
    id: 'find.failing',
    title: 'a look that fails is not "there is none"',
    needs: ['find', 'calls'],
    async run({ line, processor }) {
      const look = () => processor.find?.(newId(randomBucket(), Date.now())) ?? Promise.resolve()
      for (const { what, fault } of failures) {
        await during(line, fault, () => faultOf(look(), ['unknown'], `when ${what}`))
      }
    },
  },
]

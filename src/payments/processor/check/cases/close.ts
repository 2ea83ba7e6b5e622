import type { Case } from '../case.ts'
import { during, expectThat, failures, faultOf, opened, paid } from '../trial.ts'

/** Closing a charge before it is paid. */
export const closeCases: readonly Case[] = [
  {
    id: 'close.closed',
    title: 'nobody can pay a charge that was closed',
    needs: ['close', 'pays'],
    async run({ processor, stage, ...trial }) {
      const { reference } = await opened({ processor, stage, ...trial })
      const answer = await processor.close(reference)
      expectThat(answer === 'closed', 'closed', answer)
      await stage.play(reference, 'pays')
      const state = await processor.fetch(reference)
      expectThat(state.status === 'failed', 'a charge that has failed, although somebody tried to pay it', state)
    },
  },
  {
    id: 'close.twice',
    title: 'closing it again throws nothing',
    needs: ['close'],
    async run({ processor, ...trial }) {
      const { reference } = await opened({ processor, ...trial })
      await processor.close(reference)
      const answer = await processor.close(reference)
      expectThat(['closed', 'too_late'].includes(answer), 'closed or too_late', answer)
    },
  },
  {
    id: 'close.too_late',
    title: 'a charge that was paid is too late to close, and stays paid',
    needs: ['pays'],
    async run({ processor, ...trial }) {
      const { reference } = await paid({ processor, ...trial })
      const answer = await processor.close(reference)
      expectThat(answer === 'too_late', 'too_late', answer)
      const state = await processor.fetch(reference)
      expectThat(state.status === 'succeeded', 'a charge that has succeeded', state)
    },
  },
  {
    id: 'close.failing',
    title: 'it is not closed when the connection breaks off, or the maker answers 5xx or 429',
    needs: ['close', 'calls'],
    async run({ processor, line, ...trial }) {
      const { reference } = await opened({ processor, line, ...trial })
      for (const { what, fault } of failures) {
        await during(line, fault, () => faultOf(processor.close(reference), ['unknown'], `when ${what}`))
      }
    },
  },
]

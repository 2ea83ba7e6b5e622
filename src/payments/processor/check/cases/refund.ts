import { bucketOf, newId } from '../../../../core/id/id.ts'
import { ProcessorFault } from '../../fault.ts'
import type { NewCharge, NewRefund, OpenedCharge, RefundState } from '../../processor.ts'
import type { Case } from '../case.ts'
import { allowedNear, during, expectThat, failures, faultOf, paid, type Trial } from '../trial.ts'

/** A refund of all of a charge that was paid, with what the program knows of it: what it has fetched. */
async function newRefund({ processor }: Trial, charge: OpenedCharge & NewCharge): Promise<NewRefund> {
  const { payment_id, reference: charge_reference, currency, amount } = charge
  const state = await processor.fetch(charge_reference)
  const processor_payment_id = state.status === 'succeeded' ? state.processor_payment_id : undefined
  // A refund has the bucket of its payment.
  const refund_id = newId(bucketOf(payment_id), Date.now())
  const reason = 'The meter was read wrongly.'
  return { refund_id, charge_reference, processor_payment_id, amount, currency, reason }
}

function sent({ processor }: Trial, refund: NewRefund): Promise<RefundState> {
  return processor.refund?.(refund) ?? Promise.reject(new Error('it has no refunds'))
}

async function expectSent(
  { stage }: Trial,
  reference: string,
  amounts: readonly bigint[],
  when: string,
): Promise<void> {
  const seen = (await stage.refunds?.(reference)) ?? []
  expectThat(`${seen}` === `${amounts}`, `refunds of ${amounts.join(' and ') || 'nothing'} at the maker ${when}`, seen)
}

type Alive = Extract<RefundState, { status: 'pending' | 'succeeded' }>

function expectAlive(state: RefundState | undefined): asserts state is Alive {
  const isAlive = state?.status === 'pending' || state?.status === 'succeeded'
  expectThat(isAlive, 'a refund pending or succeeded', state)
}

/** Money on its way back. */
export const refundCases: readonly Case[] = [
  {
    id: 'refund.once',
    title: 'asked for twice under one id it is sent once, and says the same',
    needs: ['refund', 'pays'],
    async run(trial) {
      const charge = await paid(trial)
      const refund = await newRefund(trial, charge)
      const [first, second] = [await sent(trial, refund), await sent(trial, refund)]
      expectAlive(first)
      expectAlive(second)
      expectThat(first.reference === second.reference, `the reference ${first.reference} again`, second)
      expectThat(/^[\x21-\x7e]{1,255}$/.test(first.reference), '1 to 255 printing ASCII characters', first.reference)
      await expectSent(trial, charge.reference, [charge.amount], 'after two calls with one id')
    },
  },
  {
    id: 'refund.answer_lost',
    title: 'an answer that is lost leaves one refund, which the next call gives',
    needs: ['refund', 'pays', 'calls'],
    async run(trial) {
      const charge = await paid(trial)
      const refund = await newRefund(trial, charge)
      const when = async () => ((await trial.stage.refunds?.(charge.reference)) ?? []).length > 0
      await during(trial.line, { kind: 'lost', when }, () =>
        faultOf(sent(trial, refund), ['unknown'], 'when the answer is lost'),
      )
      expectAlive(await sent(trial, refund))
      await expectSent(trial, charge.reference, [charge.amount], 'after it was asked again')
    },
  },
  {
    id: 'refund.parts',
    title: 'two parts are two refunds, each of its amount',
    needs: ['partial_refund', 'pays'],
    async run(trial) {
      const charge = await paid(trial)
      const range = trial.processor.limits.get(charge.currency) ?? { minimum: 1n, maximum: 1n, step: 1n }
      const amount = allowedNear({ ...range, minimum: range.step }, charge.amount / 4n)
      for (const part of [1, 2])
        expectAlive(await sent(trial, { ...(await newRefund(trial, charge)), amount: amount * BigInt(part) }))
      await expectSent(trial, charge.reference, [amount, amount * 2n], 'after two parts')
    },
  },
  {
    id: 'refund.too_much',
    title: 'more than is left of the charge is refused, or fails, and is not sent',
    needs: ['refund', 'pays'],
    async run(trial) {
      const charge = await paid(trial)
      await sent(trial, await newRefund(trial, charge))
      const seen = await sent(trial, await newRefund(trial, charge)).catch((error: unknown) => error)
      const refused =
        seen instanceof ProcessorFault ? seen.kind === 'refused' : (seen as RefundState).status === 'failed'
      expectThat(refused, 'a ProcessorFault refused, or a refund that failed', seen)
      await expectSent(trial, charge.reference, [charge.amount], 'after more was asked for')
    },
  },
  {
    id: 'refund.fetched',
    title: 'its state is fetched by its reference',
    needs: ['refund', 'pays'],
    async run(trial) {
      const refund = await sent(trial, await newRefund(trial, await paid(trial)))
      expectAlive(refund)
      const state = await trial.processor.fetchRefund?.(refund.reference)
      expectAlive(state)
      expectThat(state.reference === refund.reference, `the refund ${refund.reference}`, state)
    },
  },
  {
    id: 'refund.failing',
    title: 'nobody knows what was sent when the connection breaks off, or the maker answers 5xx or 429',
    needs: ['refund', 'pays', 'calls'],
    async run(trial) {
      const charge = await paid(trial)
      const refund = await newRefund(trial, charge)
      for (const { what, fault } of failures) {
        await during(trial.line, fault, () => faultOf(sent(trial, refund), ['unknown'], `when ${what}`))
      }
      const again = await sent(trial, refund)
      expectAlive(again)
      await expectSent(trial, charge.reference, [charge.amount], 'after it was asked again')
      for (const { what, fault } of failures) {
        const ask = () => trial.processor.fetchRefund?.(again.reference) ?? Promise.resolve()
        await during(trial.line, fault, () => faultOf(ask(), ['unknown'], `when ${what}`))
      }
    },
  },
]

import type { DisputeState } from '../../processor.ts'
import type { Case } from '../case.ts'
import type { DisputeAct } from '../subject.ts'
import { expectThat, paid, type Trial } from '../trial.ts'

/** What is told of the disputes of a charge that was paid, and stays paid whatever a bank says later. */
async function disputesOf({ processor }: Trial, reference: string): Promise<readonly DisputeState[]> {
  const state = await processor.fetch(reference)
  expectThat(state.status === 'succeeded', 'a charge that has succeeded, and is disputed besides', state)
  return state.disputes ?? []
}

/** The one dispute of a charge of which these things have become, in their order. */
async function disputeAfter(trial: Trial, reference: string, ...acts: DisputeAct[]): Promise<DisputeState> {
  for (const act of acts) await trial.stage.dispute?.(reference, act)
  const disputes = await disputesOf(trial, reference)
  expectThat(disputes.length === 1, `one dispute after ${acts.join(' and ')}`, disputes)
  return disputes[0] as DisputeState
}

function expectMoney(dispute: DisputeState, money: DisputeState['money'], why: string): void {
  expectThat(dispute.money === money, `its money ${money}, ${why}`, dispute)
}

/** What payers' banks take back. */
export const disputesCases: readonly Case[] = [
  {
    id: 'disputes.told',
    title: 'a dispute is told with its reference, amount, currency and reason, and that the money was taken',
    needs: ['disputes', 'pays', 'dispute_taken'],
    async run(trial) {
      const [other, charge] = [await paid(trial), await paid(trial)]
      const dispute = await disputeAfter(trial, charge.reference, 'dispute_taken')
      const { reference, amount, currency, reason, status } = dispute
      expectThat(/^[\x21-\x7e]{1,255}$/.test(reference), '1 to 255 printing ASCII characters', reference)
      const same = amount === charge.amount && currency === charge.currency
      expectThat(same, `${charge.amount} of ${charge.currency} that are disputed`, dispute)
      expectThat(reason.length > 0, 'a reason in the words of the maker', dispute)
      expectThat(!['warning', 'won', 'closed'].includes(status), 'a dispute that has not ended well', status)
      expectMoney(dispute, 'taken', 'which the maker has taken')
      const again = await disputeAfter(trial, charge.reference)
      expectThat(again.reference === reference, `the dispute ${reference} again`, again)
      const others = await disputesOf(trial, other.reference)
      expectThat(others.length === 0, 'no dispute of another charge', others)
    },
  },
  {
    id: 'disputes.warning',
    title: 'a bank that only asks takes no money',
    needs: ['disputes', 'pays', 'dispute_warned'],
    async run(trial) {
      const dispute = await disputeAfter(trial, (await paid(trial)).reference, 'dispute_warned')
      expectThat(dispute.status !== 'lost' && dispute.status !== 'won', 'a dispute that nobody has decided', dispute)
      expectMoney(dispute, 'kept', 'since nothing was taken')
    },
  },
  {
    id: 'disputes.won',
    title: 'a dispute that is won is the same one, and its money is returned',
    needs: ['disputes', 'pays', 'dispute_taken', 'dispute_won'],
    async run(trial) {
      const { reference } = await paid(trial)
      const before = await disputeAfter(trial, reference, 'dispute_taken')
      const dispute = await disputeAfter(trial, reference, 'dispute_won')
      const isIt = dispute.reference === before.reference && dispute.status === 'won'
      expectThat(isIt, `the dispute ${before.reference}, which is won`, dispute)
      expectMoney(dispute, 'returned', 'since it was won')
    },
  },
  {
    id: 'disputes.unknown_word',
    title: 'a status that no document names ends no dispute, and moves no money',
    needs: ['disputes', 'pays', 'dispute_unknown_word'],
    async run(trial) {
      const dispute = await disputeAfter(trial, (await paid(trial)).reference, 'dispute_unknown_word')
      expectThat(!['won', 'lost', 'closed'].includes(dispute.status), 'a dispute that has not ended', dispute)
      expectMoney(dispute, 'kept', 'since the maker says nothing of it')
    },
  },
]

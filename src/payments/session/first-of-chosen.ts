import type { ChosenAmount } from '../../ledger/allocation.ts'

/** The chosen amounts, in their order, as far as the money goes. */
export function firstOfChosen(chosen: readonly ChosenAmount[], arrived: bigint): ChosenAmount[] {
  let left = arrived
  return chosen.flatMap(({ receivable_id, amount }) => {
    const part = amount < left ? amount : left
    left -= part
    return part > 0n ? [{ receivable_id, amount: part }] : []
  })
}

import { toNumber } from '../core/money.ts'
import type { TransactionKind } from './journal-rows.ts'
import type { Receivable } from './receivable.ts'

/** What can move a balance. A refund that has been paid out moved it before, when it was sent. */
type MoveCause = Exclude<TransactionKind, 'refund_succeeded'>

/** One step of a balance, as the one event of it tells: the version and the balance that it left, and what caused it. */
export type BalanceMove = { sequence: bigint; balance_after: bigint; amount: bigint; cause: MoveCause }

/** The step that was just posted to a receivable. */
export function moveOf({ version, balance }: Receivable, amount: bigint, cause: MoveCause): BalanceMove {
  return { sequence: version, balance_after: balance, amount, cause }
}

/** The fields of an event that moves a balance: a receiver that has every `sequence` has the whole of the balance. */
export function moveFields({ sequence, balance_after, amount, cause }: BalanceMove) {
  return {
    sequence: toNumber(sequence),
    balance_before: toNumber(balance_after - amount),
    balance_after: toNumber(balance_after),
    cause,
  }
}

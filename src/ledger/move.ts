import { toNumber } from '../core/money.ts'
import type { TransactionKind } from './journal-rows.ts'
import type { Receivable } from './receivable.ts'

/** One step of a balance, as the one event of it tells: the version and the balance that it left, and what caused it. */
export type BalanceMove = { sequence: bigint; balance_after: bigint; amount: bigint; cause: TransactionKind }

/** The step that was just posted to a receivable. */
export function moveOf({ version, balance }: Receivable, amount: bigint, cause: TransactionKind): BalanceMove {
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

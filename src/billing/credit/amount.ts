import { fieldProblem } from '../../core/problem.ts'
import type { Receivable } from '../../ledger/receivable.ts'

type Balance = Pick<Receivable, 'balance' | 'currency'>

/**
 * How much credit is set off: what was sent, or all that can be. `pointer` is where what owes was named. Throws `currency_mismatch` or
 * `amount_exceeds_remaining`.
 */
export function amountToSetOff(from: Balance, to: Balance, sent: number | undefined, pointer: string): bigint {
  if (from.currency !== to.currency) {
    const detail = `The credit is in ${from.currency}, and what is owed there in ${to.currency}.`
    throw fieldProblem('currency_mismatch', pointer, detail)
  }
  const [credit, owed] = [-from.balance, to.balance].map((one) => (one > 0n ? one : 0n)) as [bigint, bigint]
  const most = credit < owed ? credit : owed
  const amount = sent === undefined ? most : BigInt(sent)
  if (amount > most || most === 0n) {
    const place = credit === 0n ? '/from' : owed === 0n ? '/to' : '/amount'
    throw fieldProblem('amount_exceeds_remaining', place, `There is a credit of ${credit}, and ${owed} is owed.`)
  }
  return amount
}

import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Receivable } from '../receivable.ts'
import type { Application } from './application.ts'
import { type Amounts, exceeds, lesser } from './left.ts'

/** An amount that is taken back from one application. */
export type TakenPart = { application: Application; receivable: Receivable; amount: bigint }

/**
 * Money that goes out of a payment again, by where it is taken from; the parts are in the order in which they are taken. What is
 * `uncovered` is taken beyond that: nothing is left of the payment for it.
 */
export type Taken = {
  total: bigint
  unapplied: bigint
  direct: bigint
  suspense: bigint
  parts: TakenPart[]
  /** What comes back from the payments that the money had become. */
  transferred: bigint
  uncovered: bigint
}

/** The same before the receivables of its parts are locked. */
export type Chosen = Omit<Taken, 'parts'> & { parts: Omit<TakenPart, 'receivable'>[] }

/** An obligation that a caller wants money to be taken from; without an amount as much as is left of it, or is needed. */
export type Source = { application_id: Id; amount: bigint | undefined }

/**
 * What an amount of a payment is taken from: what is unapplied, then direct money or what lies in suspense, then its applications in
 * their order.
 */
export function choose(payment: Amounts, total: bigint, applications: readonly Application[]): Chosen {
  const unapplied = lesser(total, payment.unapplied_amount)
  const direct = lesser(total - unapplied, payment.direct_amount)
  const suspense = lesser(total - unapplied - direct, payment.suspense_amount)
  let rest = total - unapplied - direct - suspense
  const parts: Chosen['parts'] = []
  for (const application of applications) {
    if (rest === 0n) break
    const amount = lesser(rest, leftOfApplication(application))
    parts.push({ application, amount })
    rest -= amount
  }
  return { total, unapplied, direct, suspense, parts, transferred: 0n, uncovered: 0n }
}

/** Whether some of an amount has to be taken from what the payment was applied to: nothing else of it is enough. */
export function needsApplications(
  { unapplied_amount, direct_amount, suspense_amount }: Amounts,
  total: bigint,
): boolean {
  return total > unapplied_amount + direct_amount + suspense_amount
}

/**
 * What is taken from obligations that a caller named, in their order, of those that are open. `wanted` is what they have to come to,
 * if it is given. Throws `not_found`, `amount_exceeds_remaining`, `invalid_allocation`.
 */
export function chooseNamed(
  open: readonly Application[],
  wanted: bigint | undefined,
  sources: readonly Source[],
): Chosen {
  const parts: Chosen['parts'] = []
  let total = 0n
  for (const [index, { application_id, amount: named }] of sources.entries()) {
    const pointer = `/from/${index}`
    const application = open.find(({ id }) => id === application_id)
    if (!application) throw nothingLeft(application_id, `${pointer}/obligation`)
    if (parts.some((part) => part.application === application)) {
      throw fieldProblem('invalid_allocation', `${pointer}/obligation`, 'It is named more than once.')
    }
    const left = leftOfApplication(application)
    const amount = named ?? (wanted === undefined ? left : lesser(left, wanted - total))
    if (amount > left) throw exceeds(`${pointer}/amount`, `Only ${left} of the obligation is left.`)
    if (amount <= 0n) throw fieldProblem('invalid_allocation', pointer, 'The amount is used up by those before it.')
    parts.push({ application, amount })
    total += amount
  }
  const asked = wanted ?? total
  if (total < asked) throw exceeds('/amount', `Only ${total} can be taken from these.`)
  if (total > asked) {
    throw fieldProblem('invalid_allocation', '/from', `They come to ${total}, which is more than the amount.`)
  }
  return { total, unapplied: 0n, direct: 0n, suspense: 0n, parts, transferred: 0n, uncovered: 0n }
}

function nothingLeft(id: Id, pointer: string): Problem {
  const { message, errors } = absentProblem('obligation', formatId('obligation', id), { pointer })
  const detail = `${message} It has to be one of this payment that is not wholly reversed.`
  return new Problem('not_found', detail, { errors: errors.map((error) => ({ ...error, detail })) })
}

/** How much of an application has not been reversed. */
export function leftOfApplication({ amount, reversed_amount }: Application): bigint {
  return amount - reversed_amount
}

import { bucketOfValue } from '../../core/bucket.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { comparableReference } from '../../core/reference-text.ts'
import type { Queryable } from '../../database/pool.ts'
import type { PaymentTarget } from '../../ledger/payments/command.ts'
import { type CodedNotice, findCodedNotice, targetOfNotice } from '../notice/find-by-code.ts'
import type { Said } from './fingerprint.ts'
import { type CreatePayment, isUntargeted, namesNoTarget, transferCodesOf } from './schema.ts'
import { type ResolvedTarget, resolveTarget } from './target.ts'

/** Where a recorded payment goes, and the notice whose code came with it. */
export type PaymentDestination = {
  target: PaymentTarget
  /** What the request said of it. */
  said: Said['target']
  customer_id: Id | null | undefined
  bucket: number
  pointer: string
  notice: CodedNotice | undefined
}

/**
 * Where a payment goes: to what its request names or, where that names nothing, to what the notice is for. Throws `invalid_request`
 * when there is neither, and `currency_mismatch` where the money belongs to no customer and is not in the currency that was asked for.
 */
export function destinationOf(
  { currency }: { currency: string },
  named: ResolvedTarget | undefined,
  notice: CodedNotice | undefined,
): PaymentDestination {
  if (named) return { ...named, bucket: bucketOf(named.first_id), said: named.target, notice }
  if (!notice) {
    const detail = `${namesNoTarget}: the code in it belongs to no transfer notice, or it holds several`
    const errors = [{ pointer: '', code: 'invalid_value', detail }]
    throw new Problem('invalid_request', `The body ${detail}.`, { errors })
  }
  if (notice.customer_id === null && notice.currency !== currency) {
    throw fieldProblem('currency_mismatch', '/currency', `The code is of a transfer in ${notice.currency}.`)
  }
  return {
    target: targetOfNotice(notice),
    said: 'by_code',
    customer_id: notice.customer_id,
    bucket: notice.bucket,
    pointer: '/customer',
    notice,
  }
}

/** Looks up where a payment goes, with every object that it names. Throws what `destinationOf` and the look-ups do. */
export async function findDestination(
  database: Queryable,
  environmentId: number,
  input: CreatePayment,
): Promise<PaymentDestination> {
  if (input.unidentified) return destinationOfUnidentified(input)
  const [named, notice] = await Promise.all([
    isUntargeted(input) ? undefined : resolveTarget(database, environmentId, input),
    findCodedNotice(database, environmentId, transferCodesOf(input)),
  ])
  return destinationOf(input, named, notice)
}

/** Where money goes whose payer is not known: into suspense. Its bucket is that of its reference, since no customer has one for it. */
export function destinationOfUnidentified({
  channel,
  reference,
}: {
  channel: string
  reference: string
}): PaymentDestination {
  return {
    target: { kind: 'unidentified' },
    said: 'unidentified',
    customer_id: null,
    bucket: bucketOfValue(`${channel}\n${comparableReference(reference)}`),
    pointer: '/unidentified',
    notice: undefined,
  }
}

import { bucketOfValue } from '../../core/bucket.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { bytesArray, integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql, type Statement } from '../../database/sql.ts'
import type { PaymentClaim, PaymentCommand } from './command.ts'
import type { Assumptions } from './concurrency/optimistic.ts'

const claimReferencesSql = loadSql(import.meta.url, '../sql/claim-references.sql')
const claimNewReferencesSql = loadSql(import.meta.url, '../sql/claim-new-references.sql')
const claimReplacementsSql = loadSql(import.meta.url, '../sql/claim-replacements.sql')
const releaseReferencesSql = loadSql(import.meta.url, '../sql/release-references.sql')
const releaseReplacementsSql = loadSql(import.meta.url, '../sql/release-replacements.sql')

/** A payment's claim of its reference, which is new or is taken over from the payment that it replaces. */
export type PaymentReferenceClaim = {
  environment_id: number
  channel: string
  reference: string
  fingerprint: Buffer
  bucket: number
  name: string
  payment_id: Id
  /** The payment that the reference names so far; null where it is to be new. */
  replaces: Id | null
}

/** Names a reference within its environment and channel. No key has such a name: theirs have a space where this has a slash. */
export function nameReference(one: { environment_id: number; channel: string; reference: string }): string {
  return `${one.environment_id}/${one.channel}\n${one.reference}`
}

/** What a payment that is recorded claims. */
export function referenceOf(
  environment_id: number,
  { id: payment_id, channel }: PaymentCommand['payment'],
  claim: Exclude<PaymentClaim, { kind: 'session' }>,
): PaymentReferenceClaim {
  const { reference, fingerprint } = claim
  const bucket = bucketOfValue(`${channel}\n${reference}`)
  const name = nameReference({ environment_id, channel, reference })
  const replaces = claim.kind === 'replace' ? claim.replaces : null
  return { environment_id, channel, reference, fingerprint, bucket, name, payment_id, replaces }
}

/**
 * Claims references in one order for every process, and returns the names of those won. Of those that are assumed to be
 * new, one that is not fails the transaction with a unique violation; of those that replace, each is asked for.
 */
export async function claimPaymentReferences(
  connection: Queryable,
  references: PaymentReferenceClaim[],
  assumed: Assumptions['claims'],
): Promise<Set<string>> {
  const sorted = references.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  const [made, replaced] = split(sorted)
  const won = await Promise.all([
    claimReferences(connection, made, assumed === 'new' ? claimNewReferencesSql : claimReferencesSql),
    claimReferences(connection, replaced, claimReplacementsSql),
  ])
  const names = won.flat().map(nameReference)
  return new Set(assumed === 'new' ? [...made.map(({ name }) => name), ...names] : names)
}

/** Claims that are to be new, and those that replace. */
function split(references: PaymentReferenceClaim[]): [PaymentReferenceClaim[], PaymentReferenceClaim[]] {
  const replaced = references.filter(({ replaces }) => replaces !== null)
  return replaced.length === 0 ? [references, []] : [references.filter(({ replaces }) => replaces === null), replaced]
}

type ReferenceName = Parameters<typeof nameReference>[0]

async function claimReferences(
  connection: Queryable,
  claims: PaymentReferenceClaim[],
  statement: Statement,
): Promise<ReferenceName[]> {
  if (claims.length === 0) return []
  const replaces = claims.map((claim) => claim.replaces).filter((id) => id !== null)
  const { rows } = await connection.query<ReferenceName>({
    ...statement,
    values: [
      ...referenceColumns(claims),
      uuidArray(claims.map(({ payment_id }) => payment_id)),
      bytesArray(claims.map(({ fingerprint }) => fingerprint)),
      ...(replaces.length > 0 ? [uuidArray(replaces), integerArray(replaces.map(bucketOf))] : []),
    ],
  })
  return rows
}

/** Releases the references of commands that were refused: the money may be sent again under them. */
export async function releasePaymentReferences(
  connection: Queryable,
  references: PaymentReferenceClaim[],
): Promise<void> {
  if (references.length === 0) return
  const [made, replaced] = split(references)
  const replacements = [...referenceColumns(replaced), uuidArray(replaced.map(({ payment_id }) => payment_id))]
  await Promise.all([
    made.length > 0 && connection.query({ ...releaseReferencesSql, values: referenceColumns(made) }),
    replaced.length > 0 && connection.query({ ...releaseReplacementsSql, values: replacements }),
  ])
}

/** What references are found by. */
export function referenceColumns(references: PaymentReferenceClaim[]): Buffer[] {
  return [
    integerArray(references.map(({ environment_id }) => environment_id)),
    textArray(references.map(({ channel }) => channel)),
    textArray(references.map(({ reference }) => reference)),
    integerArray(references.map(({ bucket }) => bucket)),
  ]
}

import type { RequestEnvironment } from '../../context.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import type { ObjectKind } from '../../core/page-link.ts'
import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { FaceTexts, Logo } from '../../html/face.ts'
import type { LanguageTag } from '../../html/language/languages.ts'
import type { GuestLookup } from '../../merchant/settings/guest-lookup.ts'
import { faceColumns } from '../../merchant/settings/store.ts'

/** An environment whose payers may look up what they owe. */
export type GuestEnvironment = Pick<RequestEnvironment, 'id' | 'mode' | 'merchant_name' | 'merchant_slug'> & {
  face: FaceTexts
  logo: Logo | null
  guest_lookup: GuestLookup
  locale: string
  languages: LanguageTag[]
}

/** The environment of a slug; `undefined` where there is none, or no look-up. */
export async function findGuestEnvironment(
  pool: Queryable,
  slug: string,
  mode: 'test' | 'live',
): Promise<GuestEnvironment | undefined> {
  const { rows } = await pool.query<GuestEnvironment>({
    name: 'find-guest-environment',
    text: `select v.id, v.mode, v.guest_lookup, v.locale, v.languages, coalesce(v.display_name, m.name) as merchant_name, m.slug as merchant_slug,
        ${faceColumns('v')}
      from merchant as m join environment as v on v.merchant_id = m.id
      where m.slug = $1 and v.mode = $2 and v.guest_lookup is not null`,
    values: [slug, mode],
  })
  return rows[0]
}

/** An object that a reference may name, with what its customer would know. */
export type GuestCandidate = {
  kind: ObjectKind
  id: Id
  link_version: number | null
  /** Whether there is such an object at all. */
  found: boolean
  archived: boolean
  email: string | null
  phone: string | null
  noted: string | null
}

const findGuestReferencesSql = loadSql(import.meta.url, './sql/find-guest-references.sql')
const findGuestFactsSql = loadSql(import.meta.url, './sql/find-guest-facts.sql')
// A customer's page shows the most, and whoever typed a customer's number named it.
const kindsInOrder = ['customer', 'account', 'bill'] as const

/**
 * What a reference names, a candidate for each kind, with what is stored under the metadata key. Two statements, each of the same
 * work whether or not anything has the reference: where nothing has, the second looks for ids that were just made.
 */
export async function findCandidates(
  pool: Queryable,
  environmentId: number,
  reference: string,
  metadataKey: string | null,
  now: Date,
): Promise<GuestCandidate[]> {
  const bucket = bucketOfValue(reference)
  const { rows: named } = await pool.query<{ kind: ObjectKind; id: Id }>({
    ...findGuestReferencesSql,
    values: [environmentId, reference, bucket],
  })
  const ids = kindsInOrder.map((kind) => named.find((one) => one.kind === kind)?.id ?? newId(bucket, now.getTime()))
  const { rows } = await pool.query<GuestCandidate>({
    ...findGuestFactsSql,
    values: [environmentId, textArray(kindsInOrder), uuidArray(ids), integerArray(ids.map(bucketOf)), metadataKey],
  })
  return kindsInOrder.flatMap((kind) => rows.filter((row) => row.kind === kind))
}

/** How often may be tried within a time. */
export type AttemptLimit = { attempts: number; within_s: number }

const countGuestAttemptsSql = loadSql(import.meta.url, './sql/count-guest-attempts.sql')

/** Counts an attempt, and says which limit it is beyond, if any. Attempts that an address has too many of count for no reference. */
export async function countAttempt(
  pool: Queryable,
  environmentId: number,
  now: Date,
  address: { subject: string; limit: AttemptLimit },
  reference: { subject: string; limit: AttemptLimit },
): Promise<AttemptLimit | undefined> {
  const { rows } = await pool.query<{ from_address: number; with_reference: number | null }>({
    ...countGuestAttemptsSql,
    values: [
      environmentId,
      now,
      address.subject,
      bucketOfValue(address.subject),
      windowBefore(now, address.limit),
      address.limit.attempts,
      reference.subject,
      bucketOfValue(reference.subject),
      windowBefore(now, reference.limit),
    ],
  })
  const { with_reference = null } = rows[0] ?? {}
  if (with_reference === null) return address.limit
  return with_reference > reference.limit.attempts ? reference.limit : undefined
}

const windowBefore = (now: Date, { within_s }: AttemptLimit) => new Date(now.getTime() - within_s * 1_000)

/** Deletes attempts that count no more, at most `limit` of them. Returns how many. */
export async function deleteOldAttempts(pool: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'delete-old-guest-attempts',
    text: `delete from guest_attempt
      where ctid = any (array(select ctid from guest_attempt where began_at < $1 order by began_at limit $2)) -- on one machine
      -- spread: where (environment_id, subject, bucket) in (
      -- spread:   select environment_id, subject, bucket from guest_attempt where began_at < $1 order by began_at limit $2)
      `,
    values: [before, limit],
  })
  return rowCount ?? 0
}

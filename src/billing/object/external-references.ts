import { bucketOfValue } from '../../core/bucket.ts'
import type { Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'

/** A new object and the external reference that it is to have. */
export type ExternalReferenceClaim = { environment_id: number; kind: ReceivableKind; reference: string; entity_id: Id }

const claimSql = loadSql(import.meta.url, './sql/claim-external-references.sql')
const claimOneSql = loadSql(import.meta.url, './sql/claim-external-reference.sql')
const releaseSql = loadSql(import.meta.url, './sql/release-external-references.sql')

function columns(claims: ExternalReferenceClaim[]): Buffer[] {
  return [
    integerArray(claims.map(({ environment_id }) => environment_id)),
    textArray(claims.map(({ kind }) => kind)),
    textArray(claims.map(({ reference }) => reference)),
    uuidArray(claims.map(({ entity_id }) => entity_id)),
    integerArray(claims.map(({ reference }) => bucketOfValue(reference))),
  ]
}

/**
 * Claims references in a fixed order, so that two processes cannot deadlock, and returns the ids of the objects that
 * got theirs.
 */
export async function claimExternalReferences(
  connection: Queryable,
  claims: ExternalReferenceClaim[],
): Promise<Set<Id>> {
  if (claims.length === 0) return new Set()
  const name = ({ environment_id, kind, reference }: ExternalReferenceClaim) => `${environment_id} ${kind} ${reference}`
  const sorted = claims.toSorted((left, right) => (name(left) < name(right) ? -1 : 1))
  const statements =
    connection.shardOf === undefined
      ? [{ ...claimSql, values: columns(sorted) }]
      : sorted.map((claim) => ({ ...claimOneSql, values: valuesOf(claim) }))
  const results = await Promise.all(statements.map((statement) => connection.query<{ entity_id: Id }>(statement)))
  return new Set(results.flatMap(({ rows }) => rows).map(({ entity_id }) => entity_id))
}

function valuesOf({ environment_id, kind, reference, entity_id }: ExternalReferenceClaim): unknown[] {
  return [environment_id, kind, reference, entity_id, bucketOfValue(reference)]
}

/** Releases the references of objects that were not created after all. */
export async function releaseExternalReferences(
  connection: Queryable,
  claims: ExternalReferenceClaim[],
): Promise<void> {
  if (claims.length > 0) await connection.query({ ...releaseSql, values: columns(claims) })
}

/** The refusal of a reference that another object has. `pointer` locates the new object's fields. */
export function externalReferenceTaken({ kind, reference }: ExternalReferenceClaim, pointer: string): Problem {
  const detail = `There is already a ${kind} with the external reference ${reference}.`
  return new Problem('external_reference_taken', detail, {
    errors: [{ pointer: `${pointer}/external_reference`, code: 'external_reference_taken', detail }],
  })
}

/** Claims one reference. Throws `external_reference_taken`, which names it. */
export async function claimExternalReference(
  connection: Queryable,
  environmentId: number,
  kind: ReceivableKind,
  reference: string,
  id: Id,
  pointer: string,
): Promise<void> {
  const claim = { environment_id: environmentId, kind, reference, entity_id: id }
  if ((await claimExternalReferences(connection, [claim])).size === 0) throw externalReferenceTaken(claim, pointer)
}

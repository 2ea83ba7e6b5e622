import { bucketOfValue } from '../core/bucket.ts'
import { kindOfId, parseId } from '../core/id/id.ts'
import { comparableReference } from '../core/reference-text.ts'
import { textArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import { findByReference } from '../payments/recorded/list.ts'
import { type Hit, ranks, type Search } from './hit.ts'
import type { FoundKind } from './schema.ts'

const findExactlySql = loadSql(import.meta.url, './sql/find-exactly.sql')

/** The object that has an id. That it is there in this environment is for whoever reads it to see. */
export function findId({ q, kinds }: Search): Hit[] {
  const kind = kindOfId(q) as FoundKind | undefined
  if (kind === undefined || !kinds.has(kind)) return []
  const id = parseId(kind, q)
  return id === undefined ? [] : [{ kind, id, matched: 'id', rank: ranks.id }]
}

/** What has a reference, an e-mail address or a phone number that is exactly what is sought. */
export async function findExactly(database: Queryable, { environment_id, q, kinds, limit }: Search): Promise<Hit[]> {
  const ofCustomers = kinds.has('customer')
  const phone = q.replaceAll(/[ ().-]/g, '')
  const { rows } = await database.query<
    Pick<Hit, 'kind' | 'id'> & { matched: 'external_reference' | 'email' | 'phone' }
  >({
    ...findExactlySql,
    values: [
      environment_id,
      q,
      bucketOfValue(q),
      textArray([...kinds]),
      ofCustomers && q.includes('@') ? q : null,
      ofCustomers && /^\+[1-9]\d{1,14}$/.test(phone) ? phone : null,
      limit,
    ],
  })
  return rows.map((row) => ({ ...row, rank: ranks[row.matched] }))
}

/** The payments that have a reference, in whatever channel. */
export async function findPaymentReference(database: Queryable, { environment_id, q, kinds }: Search): Promise<Hit[]> {
  if (!kinds.has('payment')) return []
  const ids = await findByReference(database, environment_id, comparableReference(q), undefined)
  return ids.map((id) => ({ kind: 'payment', id, matched: 'reference', rank: ranks.reference }))
}

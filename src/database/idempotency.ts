import { bucketOfValue } from '../core/bucket.ts'
import { bucketOf, type Id, newId } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { booleanArray, bytesArray, integerArray, textArray, uuidArray } from './arrays.ts'
import { isSpread, type Pool, type Queryable } from './pool.ts'
import { jsonTexts, loadSql } from './sql.ts'
import { transaction } from './transaction.ts'

/** A key within its environment, and the fingerprint (SHA-256) of the request that used it. */
export type IdempotencyClaim = {
  environment_id: number
  key: string
  fingerprint: Buffer
  /** Of the response that will be stored for the key. Its bucket is the key's. */
  response_id: Id
}
export type StoredResponse = { status: number; body: string; encrypted: boolean }

const claimKeysSql = loadSql(import.meta.url, './sql/claim-keys.sql')
const claimKeySql = loadSql(import.meta.url, './sql/claim-key.sql')
const claimNewKeysSql = loadSql(import.meta.url, './sql/claim-new-keys.sql')
const storeResponsesSql = loadSql(import.meta.url, './sql/store-responses.sql')
const findResponsesSql = loadSql(import.meta.url, './sql/find-responses.sql')
const findClaimedKeysSql = loadSql(import.meta.url, './sql/find-claimed-keys.sql')
const findResponsesByIdSql = loadSql(import.meta.url, './sql/find-responses-by-id.sql')
const releaseKeysSql = loadSql(import.meta.url, './sql/release-keys.sql')
const findOldResponsesSql = loadSql(import.meta.url, './sql/find-old-responses.sql')
const deleteKeysSql = loadSql(import.meta.url, './sql/delete-keys.sql')
const deleteResponsesSql = loadSql(import.meta.url, './sql/delete-responses.sql')

/** The name of a claim in sets and maps. */
export function claimName({ environment_id, key }: Pick<IdempotencyClaim, 'environment_id' | 'key'>): string {
  return `${environment_id} ${key}`
}

/** The claim of a request that sent a key. */
export function newClaim(environment_id: number, key: string, fingerprint: Buffer, now: Date): IdempotencyClaim {
  return { environment_id, key, fingerprint, response_id: newId(bucketOfValue(key), now.getTime()) }
}

/**
 * Claims keys in a fixed order, so that two processes cannot deadlock, and returns the names of those won. Lost ones
 * are looked up afterwards. When the keys are `expected` to be new, one that is not fails the transaction with a unique
 * violation.
 */
export async function claimKeys(
  connection: Queryable,
  claims: IdempotencyClaim[],
  expected: 'new' | 'any' = 'any',
): Promise<Set<string>> {
  if (claims.length === 0) return new Set()
  const sorted = claims
    .map((claim) => ({ claim, name: claimName(claim) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
  if (connection.shardOf !== undefined) return claimOneByOne(connection, sorted)
  const columns = claimColumns(sorted.map(({ claim }) => claim))
  if (expected === 'new') {
    await connection.query({ ...claimNewKeysSql, values: columns })
    return new Set(sorted.map(({ name }) => name))
  }
  const { rows } = await connection.query<{ environment_id: number; key: string }>({ ...claimKeysSql, values: columns })
  return new Set(rows.map(claimName))
}

/** Claims keys, each by a statement of its own: they are sent without waiting, in the order given. */
async function claimOneByOne(
  connection: Queryable,
  claims: readonly { claim: IdempotencyClaim; name: string }[],
): Promise<Set<string>> {
  const won = await Promise.all(
    claims.map(async ({ claim: { environment_id, key, fingerprint, response_id }, name }) => {
      const values = [environment_id, key, fingerprint, response_id, bucketOf(response_id)]
      return (await connection.query({ ...claimKeySql, values })).rows.length > 0 ? [name] : []
    }),
  )
  return new Set(won.flat())
}

function claimColumns(claims: IdempotencyClaim[]): Buffer[] {
  return [
    integerArray(claims.map(({ environment_id }) => environment_id)),
    textArray(claims.map(({ key }) => key)),
    bytesArray(claims.map(({ fingerprint }) => fingerprint)),
    uuidArray(claims.map(({ response_id }) => response_id)),
    integerArray(claims.map(({ response_id }) => bucketOf(response_id))),
  ]
}

type NewResponse = Omit<IdempotencyClaim, 'fingerprint'> & StoredResponse

/** Stores the responses of claimed keys, in the transaction of their effect. */
export async function storeResponses(connection: Queryable, responses: NewResponse[]): Promise<void> {
  if (responses.length === 0) return
  await connection.query({
    ...storeResponsesSql,
    values: [
      uuidArray(responses.map(({ response_id }) => response_id)),
      integerArray(responses.map(({ response_id }) => bucketOf(response_id))),
      integerArray(responses.map(({ environment_id }) => environment_id)),
      textArray(responses.map(({ key }) => key)),
      integerArray(responses.map(({ status }) => status)),
      jsonTexts(responses.map(({ body }) => body)),
      booleanArray(responses.map(({ encrypted }) => encrypted)),
    ],
  })
}

/** A claimed key with its response; without one nothing final happened, so the key is released. */
export type ResolvedKey = { claim: IdempotencyClaim; response: Pick<StoredResponse, 'status' | 'body'> | undefined }

/** Ends claims in the transaction of their effect: each response is stored, each key without one is released. */
export function resolveKeys(connection: Queryable, resolved: ResolvedKey[]): Promise<void>[] {
  const stored = resolved.flatMap(({ claim, response }) =>
    response ? [{ ...claim, status: response.status, body: response.body, encrypted: false }] : [],
  )
  const released = resolved.flatMap(({ claim, response }) => (response ? [] : [claim]))
  return [storeResponses(connection, stored), releaseKeys(connection, released)]
}

async function releaseKeys(connection: Queryable, claims: IdempotencyClaim[]): Promise<void> {
  if (claims.length === 0) return
  await connection.query({ ...releaseKeysSql, values: keyColumns(claims) })
}

/** The refusal of a key that belongs to another request. */
export function keyReused(): Problem {
  return new Problem('idempotency_key_reused', 'This Idempotency-Key was used for another request.')
}

/** What a key stands for: the fingerprint of its request, and the response once there is one. */
export type FoundKey = { fingerprint: Buffer; response: StoredResponse | undefined }

/**
 * What is stored of keys, by their names. It must be a statement of its own: the snapshot of the statement that
 * lost a claim may be older than the commit of the winner.
 */
export async function findResponses(connection: Queryable, claims: IdempotencyClaim[]): Promise<Map<string, FoundKey>> {
  if (claims.length === 0) return new Map()
  if (isSpread(connection)) return findResponsesApart(connection, claims)
  const { rows } = await connection.query<KeyRow>({ ...findResponsesSql, values: keyColumns(claims) })
  return new Map(
    rows.map((row) => {
      const { fingerprint, status, body, encrypted } = row
      const response = status === null ? undefined : { status, body, encrypted }
      return [claimName(row), { fingerprint, response }]
    }),
  )
}

/** First the keys, then the responses, which need not lie on the same machines. */
async function findResponsesApart(
  connection: Queryable,
  claims: readonly IdempotencyClaim[],
): Promise<Map<string, FoundKey>> {
  const { rows } = await connection.query<IdempotencyClaim>({ ...findClaimedKeysSql, values: keyColumns(claims) })
  const environments = rows.map(({ environment_id }) => environment_id)
  const ids = rows.map(({ response_id }) => response_id)
  const responses = await findResponsesById(connection, environments, ids)
  return new Map(
    rows.map((row) => [claimName(row), { fingerprint: row.fingerprint, response: responses.get(row.response_id) }]),
  )
}

/** Stored responses by their ids, in one database. */
export async function findResponsesById(
  database: Queryable,
  environment_ids: readonly number[],
  ids: readonly Id[],
): Promise<Map<Id, StoredResponse>> {
  if (ids.length === 0) return new Map()
  const { rows } = await database.query<StoredResponse & { id: Id }>({
    ...findResponsesByIdSql,
    values: [
      integerArray([...new Set(environment_ids)]),
      uuidArray(ids),
      integerArray([...new Set(ids.map(bucketOf))]),
    ],
  })
  return new Map(rows.map(({ id, status, body, encrypted }) => [id, { status, body, encrypted }]))
}

type KeyRow = { environment_id: number; key: string; fingerprint: Buffer } & (
  | { status: null; body: null; encrypted: null }
  | StoredResponse
)

function keyColumns(claims: readonly IdempotencyClaim[]): Buffer[] {
  return [
    integerArray(claims.map(({ environment_id }) => environment_id)),
    textArray(claims.map(({ key }) => key)),
    integerArray(claims.map(({ response_id }) => bucketOf(response_id))),
  ]
}

/**
 * Deletes up to `most` keys that were claimed before an instant, with their responses. Returns how many there were. The keys are deleted
 * where their values say they lie, which need not be where the responses lie.
 */
export function deleteOldResponses(pool: Pool, before: Date, most: number): Promise<number> {
  return transaction(pool, async (connection) => {
    const { rows } = await connection.query<{ id: Id; environment_id: number; key: string }>({
      ...findOldResponsesSql,
      values: [before, most],
    })
    if (rows.length === 0) return 0
    const environments = rows.map(({ environment_id }) => environment_id)
    const ids = uuidArray(rows.map(({ id }) => id))
    await Promise.all([
      connection.query({
        ...deleteKeysSql,
        values: [
          integerArray(environments),
          textArray(rows.map(({ key }) => key)),
          integerArray(rows.map(({ key }) => bucketOfValue(key))),
          ids,
        ],
      }),
      connection.query({
        ...deleteResponsesSql,
        values: [
          integerArray([...new Set(environments)]),
          ids,
          integerArray([...new Set(rows.map(({ id }) => bucketOf(id)))]),
        ],
      }),
    ])
    return rows.length
  })
}

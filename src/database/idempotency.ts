import { hash } from 'node:crypto'
import { bucketOf, type Id, newId } from '../core/id/id.ts'
import { booleanArray, bytesArray, integerArray, textArray, uuidArray } from './arrays.ts'
import type { Queryable } from './pool.ts'
import { jsonTexts, loadSql } from './sql.ts'

/** A key within its environment, and the fingerprint (SHA-256) of the request that it stands for. */
export type IdempotencyClaim = {
  environment_id: number
  key: string
  fingerprint: Buffer
  /** The answer that will be kept for the key. Its bucket is the key's. */
  answer_id: Id
}
export type StoredAnswer = { fingerprint: Buffer; status: number; body: string; encrypted: boolean }

const claimKeysSql = loadSql(import.meta.url, './sql/claim-keys.sql')
const claimNewKeysSql = loadSql(import.meta.url, './sql/claim-new-keys.sql')
const storeAnswersSql = loadSql(import.meta.url, './sql/store-answers.sql')
const findAnswersSql = loadSql(import.meta.url, './sql/find-answers.sql')
const releaseKeysSql = loadSql(import.meta.url, './sql/release-keys.sql')
const deleteOldAnswersSql = loadSql(import.meta.url, './sql/delete-old-answers.sql')

/** Names one claim in sets and maps. */
export function claimName({ environment_id, key }: Pick<IdempotencyClaim, 'environment_id' | 'key'>): string {
  return `${environment_id} ${key}`
}

/** The bucket of what is found by a value, not by an id: the first 16 bits of the value's hash. */
export function bucketOfValue(value: string): number {
  return Number.parseInt(hash('sha256', value, 'hex').slice(0, 4), 16)
}

/** The claim of a request that sent a key. */
export function newClaim(environment_id: number, key: string, fingerprint: Buffer, now: Date): IdempotencyClaim {
  return { environment_id, key, fingerprint, answer_id: newId(bucketOfValue(key), now.getTime()) }
}

/**
 * Claims keys, in one order for every process, and returns the names of those won. Lost ones are looked up afterwards. Of keys
 * that are `expected` to be new, one that is not fails the transaction with a unique violation.
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
  const columns = claimColumns(sorted.map(({ claim }) => claim))
  if (expected === 'new') {
    await connection.query({ ...claimNewKeysSql, values: columns })
    return new Set(sorted.map(({ name }) => name))
  }
  const { rows } = await connection.query<{ environment_id: number; key: string }>({ ...claimKeysSql, values: columns })
  return new Set(rows.map(claimName))
}

function claimColumns(claims: IdempotencyClaim[]): Buffer[] {
  return [
    integerArray(claims.map(({ environment_id }) => environment_id)),
    textArray(claims.map(({ key }) => key)),
    bytesArray(claims.map(({ fingerprint }) => fingerprint)),
    uuidArray(claims.map(({ answer_id }) => answer_id)),
    integerArray(claims.map(({ answer_id }) => bucketOf(answer_id))),
  ]
}

type Answer = Omit<IdempotencyClaim, 'fingerprint'> & Omit<StoredAnswer, 'fingerprint'>

/** Keeps the answers of claimed keys, in the transaction of their effect. */
export async function storeAnswers(connection: Queryable, answers: Answer[]): Promise<void> {
  if (answers.length === 0) return
  await connection.query({
    ...storeAnswersSql,
    values: [
      uuidArray(answers.map(({ answer_id }) => answer_id)),
      integerArray(answers.map(({ answer_id }) => bucketOf(answer_id))),
      integerArray(answers.map(({ environment_id }) => environment_id)),
      textArray(answers.map(({ key }) => key)),
      integerArray(answers.map(({ status }) => status)),
      jsonTexts(answers.map(({ body }) => body)),
      booleanArray(answers.map(({ encrypted }) => encrypted)),
    ],
  })
}

/** Gives up claims whose answers are not kept. */
export async function releaseKeys(connection: Queryable, claims: IdempotencyClaim[]): Promise<void> {
  if (claims.length === 0) return
  await connection.query({ ...releaseKeysSql, values: keyColumns(claims) })
}

/**
 * The answers that keys stand for, by their names. It must be a statement of its own: the loser's snapshot may be older than
 * the winner.
 */
export async function findAnswers(
  connection: Queryable,
  claims: IdempotencyClaim[],
): Promise<Map<string, StoredAnswer>> {
  if (claims.length === 0) return new Map()
  const { rows } = await connection.query<StoredAnswer & { environment_id: number; key: string }>({
    ...findAnswersSql,
    values: keyColumns(claims),
  })
  return new Map(rows.map((row) => [claimName(row), row]))
}

function keyColumns(claims: IdempotencyClaim[]): Buffer[] {
  return [
    integerArray(claims.map(({ environment_id }) => environment_id)),
    textArray(claims.map(({ key }) => key)),
    integerArray(claims.map(({ answer_id }) => bucketOf(answer_id))),
  ]
}

/** Lets go of up to `most` keys that were claimed before an instant, with their answers. Returns how many there were. */
export async function deleteOldAnswers(database: Queryable, before: Date, most: number): Promise<number> {
  const { rowCount } = await database.query({ ...deleteOldAnswersSql, values: [before, most] })
  return rowCount ?? 0
}

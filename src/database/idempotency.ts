import { hash } from 'node:crypto'
import type { Queryable } from './pool.ts'
import { bytesArray, jsonTexts, loadSql, plainArray, textArray } from './sql.ts'

/** A key within its environment, and the fingerprint (SHA-256) of the request that it stands for. */
export type IdempotencyClaim = { environment_id: number; key: string; fingerprint: Buffer }
export type StoredAnswer = { fingerprint: Buffer; status: number; body: string; encrypted: boolean }

const claimKeysSql = loadSql(import.meta.url, './sql/claim-keys.sql')
const storeAnswersSql = loadSql(import.meta.url, './sql/store-answers.sql')
const findAnswersSql = loadSql(import.meta.url, './sql/find-answers.sql')
const releaseKeysSql = loadSql(import.meta.url, './sql/release-keys.sql')

/** Names one claim in sets and maps. */
export function claimName({ environment_id, key }: Pick<IdempotencyClaim, 'environment_id' | 'key'>): string {
  return `${environment_id} ${key}`
}

/** The bucket of what is found by a value, not by an id: the first 16 bits of the value's hash. */
export function bucketOfValue(value: string): number {
  return Number.parseInt(hash('sha256', value, 'hex').slice(0, 4), 16)
}

/** Claims keys, in one order for every process, and returns the names of those won. Lost ones are looked up afterwards. */
export async function claimKeys(connection: Queryable, claims: IdempotencyClaim[], now: Date): Promise<Set<string>> {
  if (claims.length === 0) return new Set()
  const sorted = claims
    .map((claim) => ({ claim, name: claimName(claim) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ claim }) => claim)
  const { rows } = await connection.query<{ environment_id: number; key: string }>({
    ...claimKeysSql,
    values: [
      plainArray(sorted.map(({ environment_id }) => environment_id)),
      textArray(sorted.map(({ key }) => key)),
      bytesArray(sorted.map(({ fingerprint }) => fingerprint)),
      plainArray(sorted.map(({ key }) => bucketOfValue(key))),
      now,
    ],
  })
  return new Set(rows.map(claimName))
}

type Answer = Pick<IdempotencyClaim, 'environment_id' | 'key'> & { status: number; body: string; encrypted: boolean }

/** Keeps the answers of claimed keys, in the transaction of their effect. */
export async function storeAnswers(connection: Queryable, answers: Answer[]): Promise<void> {
  if (answers.length === 0) return
  await connection.query({
    ...storeAnswersSql,
    values: [
      plainArray(answers.map(({ environment_id }) => environment_id)),
      textArray(answers.map(({ key }) => key)),
      plainArray(answers.map(({ key }) => bucketOfValue(key))),
      plainArray(answers.map(({ status }) => status)),
      jsonTexts(answers.map(({ body }) => body)),
      plainArray(answers.map(({ encrypted }) => encrypted)),
    ],
  })
}

/** Gives up claims whose answers are not kept. */
export async function releaseKeys(
  connection: Queryable,
  claims: Pick<IdempotencyClaim, 'environment_id' | 'key'>[],
): Promise<void> {
  if (claims.length === 0) return
  await connection.query({
    ...releaseKeysSql,
    values: [
      plainArray(claims.map(({ environment_id }) => environment_id)),
      textArray(claims.map(({ key }) => key)),
      plainArray(claims.map(({ key }) => bucketOfValue(key))),
    ],
  })
}

/**
 * The answers that keys stand for, by their names. It must be a statement of its own: the loser's snapshot may be older than
 * the winner.
 */
export async function findAnswers(
  connection: Queryable,
  claims: Pick<IdempotencyClaim, 'environment_id' | 'key'>[],
): Promise<Map<string, StoredAnswer>> {
  if (claims.length === 0) return new Map()
  const { rows } = await connection.query<StoredAnswer & { environment_id: number; key: string }>({
    ...findAnswersSql,
    values: [
      plainArray(claims.map(({ environment_id }) => environment_id)),
      textArray(claims.map(({ key }) => key)),
      plainArray(claims.map(({ key }) => bucketOfValue(key))),
    ],
  })
  return new Map(rows.map((row) => [claimName(row), row]))
}

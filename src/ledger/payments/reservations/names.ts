import { bucketOfValue } from '../../../core/bucket.ts'
import { bucketOf, type Id, newId } from '../../../core/id/id.ts'
import type { Connection, Queryable } from '../../../database/pool.ts'
import { loadSql, type Statement } from '../../../database/sql.ts'
import type { ClaimedCommand } from '../claims.ts'

const reserveKeySql = loadSql(import.meta.url, './sql/reserve-key.sql')
const reserveReferenceSql = loadSql(import.meta.url, './sql/reserve-reference.sql')
const joinReferenceSql = loadSql(import.meta.url, './sql/join-reference.sql')
const holdReplacedSql = loadSql(import.meta.url, './sql/hold-replaced-reference.sql')
const reserveReplacementSql = loadSql(import.meta.url, './sql/reserve-replacement.sql')
const noteReplacementSql = loadSql(import.meta.url, './sql/note-replacement.sql')
const releaseKeySql = loadSql(import.meta.url, './sql/release-reserved-key.sql')
const releaseReferenceSql = loadSql(import.meta.url, './sql/release-reserved-reference.sql')
const giveBackReferenceSql = loadSql(import.meta.url, './sql/give-back-reference.sql')
const forgetReplacementSql = loadSql(import.meta.url, './sql/forget-replacement.sql')

/** What a name is reserved with. */
export type ReservableName = {
  kind: 'key' | 'reference'
  /** Within its environment and kind, as the claims of a command are named. */
  name: string
  environment_id: number
  /** That of the name itself, which says where it is reserved. */
  bucket: number
  /** The columns by which its row is found, the bucket last. */
  found_by: readonly (string | number)[]
  fingerprint: Buffer
  /** What it is to name: the response of a key, the payment of a reference. It ends in the bucket of the payment. */
  id: Id
  /** The payment that a reference names so far; null where the name is to be new. */
  replaces: Id | null
}

/** A reserved name. */
export type ReservedName = {
  /** What it names: what the first who came with it has chosen. */
  id: Id
  fingerprint: Buffer
  /** How many requests may apply what it names; null where that is known to be there. */
  holders: number | null
}

/** The key of a command as a name. Its response is to lie beside the payment. */
export function keyNameOf({ command, key }: ClaimedCommand, now: Date): ReservableName | undefined {
  if (key === undefined) return undefined
  const { name, environment_id, fingerprint } = key
  const bucket = bucketOfValue(key.key)
  const found_by = [environment_id, key.key, bucket]
  const id = newId(bucketOf(command.payment.id), now.getTime())
  return { kind: 'key', name, environment_id, bucket, found_by, fingerprint, id, replaces: null }
}

/** The reference of a command as a name. */
export function referenceNameOf({ reference }: ClaimedCommand): ReservableName | undefined {
  if (reference === undefined) return undefined
  const { name, environment_id, channel, bucket, fingerprint, payment_id: id, replaces } = reference
  const found_by = [environment_id, channel, reference.reference, bucket]
  return { kind: 'reference', name, environment_id, bucket, found_by, fingerprint, id, replaces }
}

/**
 * Reserves names on their machine, in one order for every process, in a transaction of the caller's. What comes back for each is what the
 * name names and for whom: `undefined` where it was to replace a payment that it does not name any more.
 */
export async function reserveNames(
  connection: Connection,
  names: readonly ReservableName[],
): Promise<(ReservedName | undefined)[]> {
  const sorted = names.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const reserved = new Map<ReservableName, ReservedName | undefined>()
  // Sent at once, in this order.
  const plain = sorted.filter(({ replaces }) => replaces === null)
  const rows = await Promise.all(plain.map((name) => reserveName(connection, name)))
  for (const [index, name] of plain.entries()) reserved.set(name, rows[index])
  for (const name of sorted) {
    if (name.replaces !== null) reserved.set(name, await replaceName(connection, name, name.replaces))
  }
  return names.map((name) => reserved.get(name))
}

async function reserveName(connection: Connection, name: ReservableName): Promise<ReservedName | undefined> {
  const statement = name.kind === 'key' ? reserveKeySql : reserveReferenceSql
  return firstOf(connection, statement, [...name.found_by, name.id, name.fingerprint])
}

async function replaceName(
  connection: Connection,
  { found_by, id, fingerprint }: ReservableName,
  replaces: Id,
): Promise<ReservedName | undefined> {
  const held = await firstOf<{ fingerprint: Buffer }>(connection, holdReplacedSql, [...found_by, replaces])
  if (!held) return firstOf(connection, joinReferenceSql, [...found_by, fingerprint])
  const noted = [...found_by, replaces, held.fingerprint, id]
  const [reserved] = await Promise.all([
    firstOf<ReservedName>(connection, reserveReplacementSql, [...found_by, id, fingerprint]),
    connection.query({ ...noteReplacementSql, values: noted }),
  ])
  return reserved
}

async function firstOf<Row extends object = ReservedName>(
  connection: Queryable,
  statement: Statement,
  values: unknown[],
): Promise<Row | undefined> {
  const { rows } = await connection.query<Row>({ ...statement, values })
  return rows[0]
}

/** A reserved name as its row is found, and how many held it when it was read. */
export type HeldName = Pick<ReservableName, 'kind' | 'found_by' | 'id'> & { holders: number }

/**
 * Gives up a name whose effect is not there and cannot come any more, unless somebody has come for it since. A reference that was to replace
 * a payment names that one again.
 */
export async function releaseName(connection: Connection, { kind, found_by, id, holders }: HeldName): Promise<void> {
  const values = [...found_by, id, holders]
  if (kind === 'key') {
    await connection.query({ ...releaseKeySql, values })
    return
  }
  await Promise.all([
    connection.query({ ...giveBackReferenceSql, values }),
    connection.query({ ...forgetReplacementSql, values: [...found_by, id] }),
    connection.query({ ...releaseReferenceSql, values }),
  ])
}

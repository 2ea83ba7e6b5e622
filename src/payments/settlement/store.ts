import { absentProblem } from '../../core/absent.ts'
import type { Id } from '../../core/id/id.ts'
import { parseId } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { findSettlement, type SettlementOwner, type SettlementRow } from '../../ledger/settlements/settlement-row.ts'
import type { ProcessorKind } from '../processor/kinds.ts'

/** From where the settlements of a processor are read next. */
export type Reader = SettlementOwner & { mode: 'test' | 'live'; read_until: Date | null; failures: number }

const addReadersSql = loadSql(import.meta.url, './sql/add-settlement-readers.sql')
const claimReaderSql = loadSql(import.meta.url, './sql/claim-settlement-reader.sql')
const findReaderSql = loadSql(import.meta.url, './sql/find-settlement-reader.sql')

/** Adds the readers of a processor that are missing: of each environment that has it. */
export async function addReaders(
  database: Queryable,
  name: string,
  { modes, is_default }: Pick<ProcessorKind, 'modes' | 'is_default'>,
  now: Date,
): Promise<void> {
  await database.query({ ...addReadersSql, values: [name, is_default, modes, now] })
}

/** Claims the reader that is due first, so that nobody else reads the same for an hour; undefined when none is. */
export async function claimReader(database: Queryable, now: Date): Promise<Reader | undefined> {
  return (await database.query<Reader>({ ...claimReaderSql, values: [now] })).rows[0]
}

/** The reader of one processor in one environment. */
export async function findReader(database: Queryable, owner: SettlementOwner): Promise<Reader | undefined> {
  const values = [owner.environment_id, owner.processor]
  return (await database.query<Reader>({ ...findReaderSql, values })).rows[0]
}

/** Notes how far a reader has come. An instant that is undefined stays as it is. */
export async function noteReader(
  database: Queryable,
  { environment_id, processor }: SettlementOwner,
  { read_until, next_read_at, failures }: { read_until?: Date; next_read_at?: Date; failures: number },
): Promise<void> {
  await database.query({
    name: 'note-settlement-reader',
    text: `update settlement_reader
      set read_until = coalesce($3, read_until), next_read_at = coalesce($4, next_read_at), failures = $5
      where environment_id = $1 and processor = $2`,
    values: [environment_id, processor, read_until ?? null, next_read_at ?? null, failures],
  })
}

/** When the oldest settlement was made that is neither paid nor failed, or whose lines were not ready yet. */
export async function oldestUnsettled(database: Queryable, owner: SettlementOwner): Promise<Date | undefined> {
  const { rows } = await database.query<{ made_at: Date | null }>({
    name: 'find-oldest-unsettled',
    text: `select min(made_at) as made_at from settlement
      where environment_id = $1 and processor = $2 and (status = 'pending' or lines = 'waiting')`,
    values: [owner.environment_id, owner.processor],
  })
  return rows[0]?.made_at ?? undefined
}

/** Settlements whose lines are to be read, newest first: those that cannot be booked hold up none that are made later. */
export async function listReading(
  database: Queryable,
  owner: SettlementOwner,
  limit: number,
): Promise<SettlementRow[]> {
  const { rows } = await database.query<SettlementRow>({
    name: 'list-settlements-to-read',
    text: `select * from settlement where environment_id = $1 and processor = $2 and lines = 'reading' order by id desc limit $3`,
    values: [owner.environment_id, owner.processor, limit],
  })
  return rows
}

/**
 * What lines say of payments: what its processor took of each for itself, and what of it went to the bank. By the payment; those
 * without a line are left out.
 */
export async function sumLinesOfPayments(
  database: Queryable,
  environmentId: number,
  ids: readonly Id[],
): Promise<Map<Id, { fee: bigint; net: bigint }>> {
  const { rows } = await database.query<{ payment_id: Id; fee: bigint; net: bigint }>({
    name: 'sum-lines-of-payments',
    text: `select payment_id, sum(fee) as fee, sum(gross - fee) as net
      from settlement_line where payment_id = any ($2::uuid[]) and environment_id = $1 and matched group by payment_id`,
    values: [environmentId, ids],
  })
  return new Map(rows.map((row) => [row.payment_id, row]))
}

/** Finds a settlement by its id. Throws `not_found`. */
export async function findSettlementOrThrow(
  database: Queryable,
  environmentId: number,
  shown: string,
): Promise<SettlementRow> {
  const id = parseId('settlement', shown)
  const row = id === undefined ? undefined : await findSettlement(database, environmentId, id)
  if (!row) throw absentProblem('settlement', shown, { parameter: 'settlement' })
  return row
}

/** The settlements that a processor made at an instant. */
export async function listMadeAt(database: Queryable, owner: SettlementOwner, made_at: Date): Promise<SettlementRow[]> {
  const { rows } = await database.query<SettlementRow>({
    name: 'list-settlements-made-at',
    text: 'select * from settlement where environment_id = $1 and processor = $2 and made_at = $3 order by id limit 200',
    values: [owner.environment_id, owner.processor, made_at],
  })
  return rows
}

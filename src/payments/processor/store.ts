import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { BankAccount } from './bank-transfer/account.ts'

/** How an environment has set up a processor. */
export type ProcessorRow = {
  processor: string
  enabled: boolean
  position: number
  /** Encrypted JSON; null where none was given. */
  secrets: Buffer | null
  /** Null: all that the processor takes. */
  currencies: string[] | null
  /** By currency, in minor units. */
  minimum: Record<string, number>
  maximum: Record<string, number>
  /** Of bank transfer: where to. */
  bank_account: BankAccount | null
  version: bigint
}

const findUndecidedMoneySql = loadSql(import.meta.url, './sql/find-undecided-money.sql')

const columns = 'processor, enabled, position, secrets, currencies, minimum, maximum, bank_account, version'

/** The processors that an environment has set up, switched on or not. `lock` makes others wait who would change them. */
export async function listProcessorRows(
  database: Queryable,
  environmentId: number,
  { lock = false } = {},
): Promise<ProcessorRow[]> {
  const { rows } = await database.query<ProcessorRow>({
    name: lock ? 'lock-processors' : 'list-processors',
    text: `select ${columns} from environment_processor where environment_id = $1 order by processor${lock ? ' for update' : ''}`,
    values: [environmentId],
  })
  return rows
}

/** Writes what was set of a processor. */
export async function writeProcessorRow(
  database: Queryable,
  environmentId: number,
  row: ProcessorRow,
  now: Date,
): Promise<void> {
  await database.query({
    name: 'write-processor',
    text: `insert into environment_processor (environment_id, ${columns}, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      on conflict (environment_id, processor) do update set enabled = $3, position = $4, secrets = $5, currencies = $6,
        minimum = $7, maximum = $8, bank_account = $9, version = $10, updated_at = $11`,
    values: [
      environmentId,
      row.processor,
      row.enabled,
      row.position,
      row.secrets,
      row.currencies,
      row.minimum,
      row.maximum,
      row.bank_account,
      row.version,
      now,
    ],
  })
}

/** Forgets a processor and its secrets. Returns whether it was set up. */
export async function deleteProcessorRow(
  database: Queryable,
  environmentId: number,
  processor: string,
): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'delete-processor',
    text: 'delete from environment_processor where environment_id = $1 and processor = $2',
    values: [environmentId, processor],
  })
  return rowCount === 1
}

/** Whether payments or refunds through a processor are undecided, which only its keys can ask about. */
export async function hasUndecidedMoney(
  database: Queryable,
  environmentId: number,
  name: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await database.query({ ...findUndecidedMoneySql, values: [environmentId, name, now] })
  return rows.length > 0
}

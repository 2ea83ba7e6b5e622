import { createHmac } from 'node:crypto'
import { assert } from '../../../core/assert.ts'
import type { Id } from '../../../core/id/id.ts'
import type { Vault } from '../../../core/secret.ts'
import type { Queryable } from '../../../database/pool.ts'
import { loadSql } from '../../../database/sql.ts'
import type { CheckResult } from '../check.ts'

/** What a seal says of the rows of one table. */
export type SealedPart = { sealed_table: string; row_count: bigint; digest: Buffer; prints_digest: Buffer }

/** A seal as its mac covers it. */
export type Seal = { number: bigint; from_id: Id; below: Id; parts: readonly SealedPart[] }

const listSealsSql = loadSql(import.meta.url, '../sql/list-seals.sql')
const page = 2_000

/** The mac of a seal, which covers the one before it by its mac. `before` is empty for the first. */
export function macOf(key: Buffer, { number, from_id, below, parts }: Seal, before: Buffer): Buffer {
  const lines = parts
    .map(({ sealed_table, row_count, digest, prints_digest }) =>
      [sealed_table, row_count, digest.toString('hex'), prints_digest.toString('hex')].join(' '),
    )
    .sort()
  const text = ['seal 1', number, from_id, below, before.toString('hex'), ...lines].join('\n')
  return createHmac('sha256', key).update(text).digest()
}

type SealRow = Omit<Seal, 'parts'> & {
  mac: Buffer
  tables: string[]
  row_counts: string[]
  digests: Buffer[]
  prints_digests: Buffer[]
}

/** Checks the mac of every seal. Whoever may write to the tables, and has not the key, cannot make one. */
export async function checkMacs(connection: Queryable, key: Buffer): Promise<CheckResult> {
  const started = performance.now()
  const broken: string[] = []
  let violations = 0n
  let examined = 0n
  let before: Buffer = Buffer.alloc(0)
  for (let from = 0n; ; ) {
    const { rows } = await connection.query<SealRow>({ ...listSealsSql, values: [from, page] })
    for (const row of rows) {
      if (!macOf(key, sealOf(row), before).equals(row.mac)) {
        violations += 1n
        if (broken.length < 5) broken.push(`seal ${row.number}: it, or the one before it, was not made by this program`)
      }
      before = row.mac
    }
    examined += BigInt(rows.length)
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) break
    from = last.number
  }
  return {
    invariant: 'I10',
    sentence: 'Every seal was made with the key of this database, and continues the one before it.',
    examined,
    violations,
    examples: broken,
    duration_ms: Math.round(performance.now() - started),
  }
}

function sealOf({ number, from_id, below, tables, row_counts, digests, prints_digests }: SealRow): Seal {
  assert(tables.length === digests.length, 'the parts of a seal are whole')
  const parts = tables.map((sealed_table, index) => ({
    sealed_table,
    row_count: BigInt(row_counts[index] as string),
    digest: digests[index] as Buffer,
    prints_digest: prints_digests[index] as Buffer,
  }))
  return { number, from_id, below, parts }
}

/** The key that seals are made with. It hangs on the data keys of the database, which nobody has who has only the database. */
export function sealKey(vault: Pick<Vault, 'token'>): Buffer {
  return Buffer.from(vault.token('ledger seal'), 'base64url')
}

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPool } from '../../src/database/pool.ts'
import type { Address } from '../postgres.ts'
import { pgbenchWorkload } from './pgbench.ts'
import type { Workload } from './workload.ts'

const accounts = 20_000

// pgledger makes its own ids, which are texts. A pgbench script has only numbers, so it finds each id by one index look-up.
const script = (from: string) => `
\\set from ${from}
\\set to random(2, ${accounts})
select pgledger_create_transfer(f.id, t.id, 1) from bench_account as f, bench_account as t
where f.n = :from and t.n = :to and f.n <> t.n
`

/** Installs pgledger from a checkout of it and makes the accounts. */
export async function installPgledger(address: Address, folder: string): Promise<void> {
  const pool = openPool(address, 1, () => {})
  try {
    await pool.query('set statement_timeout = 0')
    for (const file of [
      'vendor/scoville-pgsql-ulid/ulid-to-uuid.sql',
      'vendor/scoville-pgsql-ulid/uuid-to-ulid.sql',
      'pgledger.sql',
    ]) {
      await pool.query(readFileSync(join(folder, file), 'utf8'))
    }
    await pool.query('create table bench_account (n integer primary key, id text not null)')
    await pool.query(
      `insert into bench_account select n, made.id
       from generate_series(1, $1::integer) as n, pgledger_create_account('account_' || n, 'USD') as made`,
      [accounts],
    )
    await pool.query('vacuum analyze')
  } finally {
    await pool.end()
  }
}

/** Transfers by pgledger's own function, between random accounts or, when `hot`, all from one account. */
export function pgledgerWorkload(address: Address, hot: boolean): Workload {
  const file = join(mkdtempSync(join(tmpdir(), 'tallystick-pgledger-')), 'transfer.sql')
  writeFileSync(file, script(hot ? '1' : `random(1, ${accounts})`))
  return pgbenchWorkload(address, file)
}

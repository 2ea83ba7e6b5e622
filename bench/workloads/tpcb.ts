import { openPool } from '../../src/database/pool.ts'
import type { Address } from '../postgres.ts'
import { pgbenchClients } from './pgbench.ts'
import { closedLoop, type Workload } from './workload.ts'

// The same numbers per branch as in pgbench.
const tellers = 10
const accounts = 100_000

const tables = `
  create table pgbench_branches (bid int not null, bbalance int, filler char(88)) with (fillfactor = 100);
  create table pgbench_tellers (tid int not null, bid int, tbalance int, filler char(84)) with (fillfactor = 100);
  create table pgbench_accounts (aid int not null, bid int, abalance int, filler char(84)) with (fillfactor = 100);
  create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))`
const keys = `
  alter table pgbench_branches add primary key (bid);
  alter table pgbench_tellers add primary key (tid);
  alter table pgbench_accounts add primary key (aid)`

/** The TPC-B-like script of pgbench, sent by this project's own driver, for a machine without pgbench. */
export async function tpcbWorkload(address: Address, scale: number): Promise<Workload> {
  const pool = openPool(address, pgbenchClients, () => {})
  await pool.query('set statement_timeout = 0')
  await pool.query(tables)
  await pool.query('insert into pgbench_branches select n, 0 from generate_series(1, $1::int) n', [scale])
  await pool.query('insert into pgbench_tellers select n, (n - 1) / 10 + 1, 0 from generate_series(1, $1::int) n', [
    scale * tellers,
  ])
  for (let branch = 0; branch < scale; branch++) {
    await pool.query(`insert into pgbench_accounts select n, $1, 0, '' from generate_series($2::int, $3::int) n`, [
      branch + 1,
      branch * accounts + 1,
      (branch + 1) * accounts,
    ])
  }
  await pool.query(keys)
  await pool.query('vacuum analyze')
  const below = (limit: number) => 1 + Math.floor(Math.random() * limit)
  const call = async () => {
    const [aid, bid, tid, delta] = [below(scale * accounts), below(scale), below(scale * tellers), below(10_001) - 5001]
    const connection = await pool.connect()
    const send = (name: string, text: string, values: unknown[]) => connection.query({ name, text, values })
    try {
      await connection.query('begin')
      await send('a', 'update pgbench_accounts set abalance = abalance + $1 where aid = $2', [delta, aid])
      await send('s', 'select abalance from pgbench_accounts where aid = $1', [aid])
      await send('t', 'update pgbench_tellers set tbalance = tbalance + $1 where tid = $2', [delta, tid])
      await send('b', 'update pgbench_branches set bbalance = bbalance + $1 where bid = $2', [delta, bid])
      const history = 'insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, now())'
      await send('h', history, [tid, bid, aid, delta])
      await connection.query('end')
    } finally {
      connection.release()
    }
  }
  return { run: (seconds) => closedLoop(pgbenchClients, seconds, call) }
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Address } from '../postgres.ts'
import type { Workload } from './workload.ts'

const run = promisify(execFile)

/** The number of clients of each yardstick. */
export const pgbenchClients = 32

/** Whether this machine has pgbench. */
export async function hasPgbench(): Promise<boolean> {
  return run('pgbench', ['--version']).then(
    () => true,
    () => false,
  )
}

function environmentOf({ host, port, user, password, database }: Address) {
  return {
    ...process.env,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  }
}

/** Makes pgbench's tables; `scale` is the number of branches, each with 100,000 accounts. */
export async function initialisePgbench(address: Address, scale: number): Promise<void> {
  await run('pgbench', ['-i', '-q', '-s', String(scale)], { env: environmentOf(address) })
}

/** pgbench with 32 clients and prepared statements: its TPC-B-like script, or the one in `file`. */
export function pgbenchWorkload(address: Address, file?: string, variables: Record<string, number> = {}): Workload {
  const script = file === undefined ? [] : ['-f', file]
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  return {
    async run(seconds) {
      // pgbench measures from its first transaction on, so it runs longer by the warm-up of half a second that the others have.
      const length = Math.max(1, Math.round(seconds + 0.5))
      const common = ['-n', '-M', 'prepared', '-c', String(pgbenchClients), '-j', '2', '-T', String(length)]
      const { stdout } = await run('pgbench', [...common, ...script, ...defined], { env: environmentOf(address) })
      const read = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1])
      const total = read(/transactions actually processed: (\d+)/)
      const failed = read(/failed transactions: (\d+)/)
      const rate = read(/tps = ([\d.]+)/)
      if (!(rate > 0)) throw new Error(`pgbench said: ${stdout}`)
      return { done: total, seconds: total / rate, total, errors: failed || 0, latencies_ms: [], batches: [] }
    },
  }
}

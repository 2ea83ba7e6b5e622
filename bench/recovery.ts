import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type BundledServer, startBundledServer } from '../src/database/bundled/index.ts'
import { openLocalDatabase } from '../src/database/local.ts'
import { migrate } from '../src/database/migrate.ts'
import { openPool } from '../src/database/pool.ts'
import { verify, withPools } from './databases.ts'
import { generateAccounts, vacuumTables } from './generate/generate.ts'
import { makeMerchant, readTargets, type Target } from './merchants.ts'
import type { Address, Database } from './postgres.ts'
import { openProduct } from './product.ts'
import { newRequest, pay } from './workloads/payments.ts'

// How long the bundled server, with its default settings, takes to start after it was killed under a full load of payments, with
// the most WAL that there can be since the last checkpoint; and whether every payment that was answered is there.
const accounts = 20_000
const callers = 256
const deadlineMs = 300_000
// A checkpoint begins at half of max_wal_size and ends before all of it is written, so this is close to the most there can be.
const logBytes = 700 * 2 ** 20

const say = (text: string) => process.stdout.write(`${text}\n`)

async function prepare(bundled: BundledServer): Promise<{ database: Database; targets: Target[] }> {
  const local = await openLocalDatabase(bundled)
  const { owner, server, serverRole } = local as typeof local & { owner: Address; server: Address }
  const database = { name: 'tallystick', owner, server, serverRole }
  const targets = await withPools(database, async (serverPool, ownerPool) => {
    await migrate(ownerPool, new Date(), serverRole)
    const { environment } = await makeMerchant(serverPool, 'recovery', 'http://127.0.0.1:9/hook')
    await generateAccounts(ownerPool, { environment_id: environment.id, from: 1, to: accounts, start: new Date() })
    await vacuumTables(ownerPool)
    return readTargets(serverPool, [environment])
  })
  return { database, targets }
}

/** Pays until there is so much WAL since the last checkpoint, then kills the server; returns how many payments were answered. */
async function payUntilKilled(
  bundled: BundledServer,
  database: Database,
  targets: Target[],
  pid: number,
): Promise<number> {
  const product = openProduct(database.server)
  const admin = openPool(bundled.connection('postgres'), 1, () => {})
  let answered = 0
  let killed = false
  const caller = async () => {
    while (!killed) {
      const target = targets[Math.floor(Math.random() * targets.length)] as Target
      await pay(product, newRequest(target)).then(
        () => {
          answered += 1
        },
        (error: unknown) => {
          if (!killed) throw error
        },
      )
    }
  }
  const paying = Promise.all(Array.from({ length: callers }, caller))
  const startedAt = performance.now()
  for (;;) {
    const { rows } = await admin.query<{ behind: string }>(
      'select (pg_current_wal_lsn() - redo_lsn)::text as behind from pg_control_checkpoint()',
    )
    if (Number(rows[0]?.behind) >= logBytes) break
    if (performance.now() - startedAt > deadlineMs) throw new Error('the log did not grow as far')
    await delay(50)
  }
  killed = true
  process.kill(pid, 'SIGKILL')
  await paying
  await Promise.allSettled([product.close(), admin.end()])
  return answered
}

const dataDir = await mkdtemp(join(tmpdir(), 'tallystick-recovery-'))
try {
  const options = { data_dir: dataDir, log: () => {} }
  const first = await startBundledServer(options)
  const pid = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n', 1)[0])
  const { database, targets } = await prepare(first)
  const answered = await payUntilKilled(first, database, targets, pid)
  await first.stop()
  const started = performance.now()
  const second = await startBundledServer(options)
  const seconds = (performance.now() - started) / 1000
  say(`killed with ${logBytes / 2 ** 20} MB of log behind the last checkpoint: ready again in ${seconds.toFixed(1)} s`)
  const { payments, broken } = await withPools(database, (pool) => verify(pool, say))
  await second.stop()
  if (payments < answered || broken.length > 0)
    throw new Error(`${answered} payments were answered, ${payments} are there`)
  say(`${answered} payments were answered, ${payments} are there`)
} finally {
  await rm(dataDir, { recursive: true, force: true })
}

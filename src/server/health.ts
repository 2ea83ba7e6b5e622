import type { Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { isMigrated } from '../database/migrate.ts'
import type { Connection } from '../database/pool.ts'
import { transaction } from '../database/transaction.ts'
import type { JobStatus } from '../jobs/periodic.ts'
import type { Drain } from './drain.ts'

const probe_ms = 2_000
const noAnswer = 'the database is unavailable'
// Payments may wait for the disk, for each other or for a checkpoint, but not this long.
const stalledMax_ms = 2_000

/**
 * `/healthz`: the process runs. `/readyz`: payments can be made. The database is available, accepts writes and has every
 * migration, the payments that wait make progress, and the process is not stopping. The body also reports the jobs and the last backup, which do not affect the status.
 */
export function healthRoutes(router: Router, app: AppContext, drain: Drain, jobs: () => JobStatus[]): void {
  router.get('/healthz', async (_request, reply) => reply.send({ status: 'ok' }))
  router.get('/readyz', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    const reason = drain.begun() ? 'stopping' : (paymentTrouble(app) ?? (await databaseTrouble(app)))
    return reason === undefined
      ? reply.send({ status: 'ready', jobs: jobs(), ...backupOf(app) })
      : reply
          .code(503)
          .header('retry-after', '2')
          .send({ status: 'not ready', reason, jobs: jobs(), ...backupOf(app) })
  })
}

/** Absent where this process makes no backups. */
function backupOf({ figures, clock }: Pick<AppContext, 'figures' | 'clock'>): object {
  if (!figures.backup) return {}
  const { last_at } = figures.backup
  const age_s = last_at && Math.max(0, Math.round((clock.now().getTime() - last_at.getTime()) / 1_000))
  return { backup: { last_at: last_at?.toISOString() ?? null, age_s: age_s ?? null } }
}

/** Why payments fail or wait. Those that only wait for a lock on their balance do not count. */
function paymentTrouble({ payments }: Pick<AppContext, 'payments'>): string | undefined {
  const { stalled_ms, unavailable } = payments.health()
  if (unavailable) return 'the last payments failed since the database was unavailable'
  return stalled_ms > stalledMax_ms ? 'the payments that wait make no progress' : undefined
}

async function databaseTrouble({ pool }: Pick<AppContext, 'pool'>): Promise<string | undefined> {
  try {
    return await inTime(transaction(pool, probe, { limit_ms: probe_ms }))
  } catch {
    return noAnswer
  }
}

/** The wait for a connection counts. */
async function inTime(work: Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, probe_ms, noAnswer)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const readsOnly = {
  name: 'find-reads-only',
  text: "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as reads_only",
}

async function probe(connection: Connection): Promise<string | undefined> {
  const [{ rows }, migrated] = await Promise.all([
    connection.query<{ reads_only: boolean }>(readsOnly),
    isMigrated(connection),
  ])
  if (rows[0]?.reads_only) return 'the database accepts no writes'
  return migrated ? undefined : 'migrations are missing: run `tallystick migrate`'
}

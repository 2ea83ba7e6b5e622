import type { Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { isMigrated } from '../database/migrate.ts'
import type { JobStatus } from '../jobs/periodic.ts'

/**
 * `/healthz`: the process runs. `/readyz`: the database is available and has every migration; the body also reports the
 * jobs, which do not affect the status.
 */
export function healthRoutes(router: Router, app: AppContext, jobs: () => JobStatus[]): void {
  router.get('/healthz', async (_request, reply) => reply.send({ status: 'ok' }))
  router.get('/readyz', async (_request, reply) => {
    const reason = await unreadiness(app)
    return reason === undefined
      ? reply.send({ status: 'ready', jobs: jobs() })
      : reply.code(503).header('retry-after', '2').send({ status: 'not ready', reason, jobs: jobs() })
  })
}

async function unreadiness({ pool }: AppContext): Promise<string | undefined> {
  try {
    return (await isMigrated(pool)) ? undefined : 'migrations are missing: run `tallystick migrate`'
  } catch {
    return 'the database is unavailable'
  }
}

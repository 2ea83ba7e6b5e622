import { isMigrated } from '../database/migrate.ts'
import type { App, Platform } from '../api/platform.ts'

/** `/healthz`: the process lives. `/readyz`: the database answers and has every migration. */
export function healthRoutes(app: App, platform: Platform): void {
  app.get('/healthz', async (_request, reply) => reply.send({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const problem = await unreadiness(platform)
    return problem === undefined
      ? reply.send({ status: 'ready' })
      : reply.code(503).header('retry-after', '2').send({ status: 'not ready', reason: problem })
  })
}

async function unreadiness({ pool }: Platform): Promise<string | undefined> {
  try {
    return (await isMigrated(pool)) ? undefined : 'migrations are missing: run `tallystick migrate`'
  } catch {
    return 'the database does not answer'
  }
}

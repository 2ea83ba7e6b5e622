import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from '../../config.ts'
import type { AppContext } from '../../context.ts'
import type { JobStatus } from '../../jobs/periodic.ts'
import { createDatabaseReader, writeDatabaseFigures } from './database.ts'
import { Exposition } from './exposition.ts'
import { watchEventLoop, writePool, writeProcess } from './process.ts'
import { writeFigures, writeJobs } from './work.ts'

/** Where the figures are read: a port of their own, which payers and merchants do not reach. */
export type MetricsListener = { host: string; port: number; close(): Promise<void> }

type App = Pick<AppContext, 'pool' | 'clock' | 'figures' | 'log'>

/** Serves `GET /metrics` at an address of the operator's, and nothing else. */
export async function serveMetrics(
  app: App,
  jobs: () => JobStatus[],
  at: { host: string; port: number },
): Promise<MetricsListener> {
  const started = app.clock.now()
  const readDatabase = createDatabaseReader(app)
  const eventLoop = watchEventLoop()
  const render = async () => {
    const out = new Exposition()
    const read = await readDatabase()
    const now = app.clock.now()
    writeProcess(out)
    eventLoop.write(out)
    writeFigures(out, app.figures, started, now)
    writeJobs(out, jobs(), started, now)
    writePool(out, app.pool)
    writeDatabaseFigures(out, read, started)
    return out.toString()
  }
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    answer(request, response, render).catch((error: unknown) => {
      app.log.error({ err: error }, 'metrics could not be written')
      response.destroy()
    })
  })
  server.maxConnections = 20
  // A start that fails later on ends the process.
  server.unref()
  server.listen({ host: at.host, port: at.port })
  try {
    await once(server, 'listening')
  } catch (error) {
    eventLoop.stop()
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError(`TALLYSTICK_METRICS_LISTEN names an address that cannot be listened on (${code}).`)
  }
  return {
    host: at.host,
    port: (server.address() as AddressInfo).port,
    async close() {
      eventLoop.stop()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  render: () => Promise<string>,
): Promise<void> {
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-content-type-options', 'nosniff')
  if (url.split('?')[0] !== '/metrics') return refuse(response, 404, 'There is nothing here but /metrics.\n')
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    return refuse(response, 405, 'Use GET.\n')
  }
  const text = await render()
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

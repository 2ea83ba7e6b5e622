import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startBundledServer } from '../src/database/bundled/index.ts'
import { openLocalDatabase } from '../src/database/local.ts'
import { migrate } from '../src/database/migrate.ts'
import { openPool } from '../src/database/pool.ts'
import { unseenCodes } from './openapi/unseen-codes.ts'
import { type CitusMachine, dropOnCitus, findCitusMachines, makeCitusTemplate } from './support/citus.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the tests note which codes the operations gave. */
    seenCodes: string
    postgres: { host: string; port: number; password: string; template: string }
    /** The machines that CITUS_URL leads to; none where it is not set. */
    citus: { machines: CitusMachine[]; template: string }
  }
}

/** One real PostgreSQL for the whole run, with a migrated template that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallystick-test-'))
  // Every server and command that a test starts loads the same seven hundred modules: compiled once, 0.8 s instead of 1.7.
  process.env.NODE_COMPILE_CACHE = join(dataDir, 'compiled')
  const server = await startBundledServer({
    data_dir: dataDir,
    log: () => {},
    settings: { max_connections: '200' },
  })
  const template = 'template_tallystick'
  const local = await openLocalDatabase(server, template)
  const pool = openPool(local.owner, 1, () => {})
  await migrate(pool, new Date(), local.serverRole)
  await pool.end()
  const { host, port, password } = server.connection(template)
  project.provide('postgres', { host, port, password, template })
  const seenCodes = join(dataDir, 'seen-codes')
  project.provide('seenCodes', seenCodes)
  const closeCitus = await openCitus(project)
  return async () => {
    const unseen = unseenCodes(seenCodes)
    await closeCitus()
    await server.stop()
    // Processes that end just now may still write what they compiled.
    await rm(dataDir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 })
    if (await isWholeRun(project)) refuseUnseen(unseen)
  }
}

/** Where CITUS_URL is set, the databases of the tests are copies of a distributed template at the machines of that Citus. */
async function openCitus(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.CITUS_URL
  if (url === undefined) {
    console.log('CITUS_URL is not set: tables spread over machines by Citus are not tried.')
    project.provide('citus', { machines: [], template: '' })
    return async () => {}
  }
  const machines = await findCitusMachines(url)
  const template = await makeCitusTemplate(machines)
  project.provide('citus', { machines: [...machines], template })
  return () => dropOnCitus(machines, template)
}

/** Whether every file of the suite ran, all of it: only then does a code that was not seen mean something. */
async function isWholeRun({ vitest }: TestProject): Promise<boolean> {
  const files = vitest.state.getFiles()
  const tests = (await vitest.globTestSpecifications()).length
  return files.length >= tests && files.every(({ result }) => result?.state === 'pass')
}

/** Fails a run in which every test passed and documented refusals of operations were never given. */
function refuseUnseen(unseen: string[]): void {
  if (unseen.length === 0) return
  console.error(`openapi.json documents refusals that no test has seen:\n${unseen.join('\n')}`)
  process.exitCode = 1
}

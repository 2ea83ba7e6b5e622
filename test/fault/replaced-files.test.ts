import { renameSync } from 'node:fs'
import { chmod, cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { binariesIn, findBinaries } from '../../src/database/bundled/index.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { collectPayments } from './collecting.ts'
import { type OwnPostgres, ownPostgres } from './own-postgres.ts'

// A package manager replaces the files of PostgreSQL while it runs. What a connection has loaded stays; a new one finds no language in
// which its functions are written, until PostgreSQL is started anew. Here the file comes back in place of that start.

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let postgres: OwnPostgres
let server: TestServer
let language: string
beforeAll(async () => {
  directory = await temporaryDirectory()
  await chmod(directory.path, 0o711)
  const programs = join(directory.path, 'postgresql')
  await mkdir(programs)
  await cp(findBinaries().native, programs, { recursive: true, verbatimSymlinks: true })
  language = join(programs, 'lib/postgresql/plpgsql.so')
  postgres = await ownPostgres(join(directory.path, 'data'), { binaries: binariesIn(join(programs, 'bin')) })
  server = await testServer({ database: postgres.database, log: { debug() {}, info() {}, warn() {}, error() {} } })
}, 120_000)
afterAll(async () => {
  await server.stop()
  await postgres.database.drop()
  await postgres.stop()
  await directory.remove()
})

const readiness = async () => {
  const response = await fetch(`${server.url}/readyz`)
  return { status: response.status, body: (await response.json()) as { reason?: string } }
}

/** Ends the connections of the server, as time does one after the other; the one that says so too. */
async function endConnections(): Promise<void> {
  const all =
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = user'
  await expect(postgres.database.pool.query(all)).rejects.toThrow('terminating connection')
}

test('old connections go on; new ones are a 503 and named by /readyz; it goes on by itself, and each payment is there once', {
  timeout: 120_000,
}, async () => {
  const body = {
    customer: { external_reference: 'files' },
    external_reference: 'files',
    currency: 'ZAR',
    balance: 10_000_000,
  }
  const account = (await server.api('POST', '/billing/accounts', body)).body.id
  const collecting = collectPayments(server, [account], 'files')
  await collecting.reaches(20)
  renameSync(language, `${language}.old`)
  // By the connections of before.
  await collecting.reaches(20)

  await endConnections()
  await eventually(
    () => [...collecting.answers.keys()].some((answer) => answer.startsWith('503')),
    'payments are refused',
  )
  const seen = await eventually(async () => {
    const now = await readiness()
    return now.status === 503 && now
  }, 'it is not ready')
  expect(seen.body.reason).toMatch(/database (is|was) unavailable/)

  renameSync(`${language}.old`, language)
  await collecting.reaches(20)
  await collecting.stop()
  await eventually(async () => (await readiness()).status === 200, 'it is ready')
  await collecting.expectAllOnce(postgres.database.pool)
})

import { systemClock } from '../src/core/clock.ts'
import { newDataKeys } from '../src/core/data-keys.ts'
import { openPool } from '../src/database/pool.ts'
import { compose } from '../src/server/compose.ts'
import { buildServer } from '../src/server/server.ts'
import { type ApiDocument, errorsPage, eventsPage, invariantsPage, operationsPage, settingsPage } from './reference.ts'

/** The generated files, by their path in the repository. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const json = await openapiJson()
  const document = JSON.parse(json) as ApiDocument
  return {
    'openapi.json': json,
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/errors.md': errorsPage(document),
    'docs/reference/invariants.md': invariantsPage(),
    'docs/reference/operations.md': operationsPage(document),
    'docs/reference/events.md': eventsPage(document),
  }
}

/** The document of a server that is built but never listens: nothing connects to a database. */
async function openapiJson(): Promise<string> {
  const pool = openPool({ connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' }, 1, () => {})
  const composition = compose({
    pool,
    clock: systemClock,
    data_keys: newDataKeys(),
    webhooks: { allow_loopback: false, allowed_hosts: [], retry_waits_s: [] },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    publicUrl: () => 'http://127.0.0.1',
  })
  const router = await buildServer(composition.app, composition.authenticator)
  const { body } = await router.inject({ url: '/openapi.json' })
  await router.close()
  await composition.close()
  await pool.end()
  return body
}

import { readDatabasePlace, readEncryptionKeys } from '../config.ts'
import { openVault } from '../core/secret.ts'
import type { Pool } from '../database/pool.ts'
import type { CheckResult } from '../ledger/verify/check.ts'
import { type IncrementalRun, verifyIncrementally } from '../ledger/verify/incremental.ts'
import { sealKey } from '../ledger/verify/seals/chain.ts'
import { formatResult, verifyBooks } from '../ledger/verify/verify.ts'
import { listWraps, openKeys } from '../server/data-keys.ts'
import { readLocalKey } from '../server/encryption-key.ts'
import { readArguments } from './usage.ts'
import { withDatabase } from './with-database.ts'

/** Where the invariants are explained. */
const invariantsPage = 'docs/reference/invariants.md'

/**
 * `tallystick verify`: prints each invariant with its count; the exit code is 1 when one does not hold. With `--incremental` it checks what is
 * new since the last seal, and seals that.
 */
export async function verifyCommand(args: string[]): Promise<void> {
  const { values } = readArguments('verify', args, { incremental: { type: 'boolean', default: false } })
  await withDatabase(async (pool, where) => {
    say(`Looking at ${where}.`)
    const key = await findSealKey(pool)
    if (key === undefined && !values.incremental)
      say('Who made the seals is not checked: the encryption key is not here.')
    const results = values.incremental ? await verifyNew(pool, key) : await verifyBooks(pool, key, showProgress)
    if (results) tell(results)
  })
}

async function verifyNew(pool: Pool, key: Buffer | undefined): Promise<CheckResult[] | undefined> {
  const run = await verifyIncrementally({ pool, now: new Date(), key })
  if (run) {
    say(whatWasChecked(run))
    if (key === undefined) say('Nothing was sealed: the encryption key is not here.')
    return run.results
  }
  say(
    'Another incremental run is under way, of a server or of another command: nothing was done. Try again in a minute.',
  )
  process.exitCode = 1
  return undefined
}

function whatWasChecked({ since, sealed }: IncrementalRun): string {
  const checked = since ? `What is new behind seal ${since.number} was checked.` : 'Everything was checked.'
  return `${checked} ${sealed.number === 0n ? 'Nothing is sealed yet.' : `The last seal is ${sealed.number}.`}`
}

function tell(results: readonly CheckResult[]): void {
  say(results.map(formatResult).join('\n'))
  if (results.every(({ violations }) => violations === 0n)) say('The books are right.')
  else {
    say(`The books are NOT right: see above.\nWhat each invariant means: ${invariantsPage}`)
    process.exitCode = 1
  }
}

/** Undefined where the encryption key is not at hand or opens nothing: the books are checked all the same. */
async function findSealKey(pool: Pool): Promise<Buffer | undefined> {
  const place = readDatabasePlace(process.env)
  const isLocal = place.database_url === undefined
  const settings = process.env.TALLYSTICK_ENCRYPTION_KEY ? readEncryptionKeys(process.env) : undefined
  const local = isLocal && !settings ? await readLocalKey(place.data_dir, true).catch(() => undefined) : undefined
  const opened = openKeys(await listWraps(pool), [settings?.encryption_key ?? local, settings?.encryption_key_previous])
  return opened && sealKey(openVault(opened.keys))
}

/** On a terminal only, since a log of it would be of no use. */
function showProgress(done: number, all: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(done < all ? `\r${done} of ${all} checks` : '\r\x1b[K')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

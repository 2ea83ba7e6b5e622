import { readDatabasePlace, readEncryptionKeys } from '../config.ts'
import { randomSecret } from '../core/secret.ts'
import type { Pool } from '../database/pool.ts'
import { addWrap, dropOtherWraps, type KeySettings, listWraps, openKeys } from '../server/data-keys.ts'
import { otherKey, readLocalKey, replaceLocalKey } from '../server/encryption-key.ts'
import { readArguments } from './usage.ts'
import { withDatabase } from './with-database.ts'

/**
 * `tallystick keys rotate-encryption`: wraps the data keys by a new encryption key. Servers go on meanwhile, since they have the data keys
 * open, and start with either key until the previous one is dropped.
 */
export async function rotateEncryption(args: string[]): Promise<void> {
  const { values } = readArguments('keys rotate-encryption', args, {
    'drop-previous': { type: 'boolean', default: false },
  })
  const settings = { ...readDatabasePlace(process.env), ...readEncryptionKeys(process.env) }
  const isLocal = settings.encryption_key === undefined
  await withDatabase((pool) =>
    isLocal ? rotateLocal(pool, settings) : rotate(pool, settings, values['drop-previous']),
  )
}

async function rotate(pool: Pool, settings: KeySettings, dropsPrevious: boolean): Promise<void> {
  const { encryption_key: key = '', encryption_key_previous: previous } = settings
  const opened = openKeys(await listWraps(pool), [key, previous])
  if (!opened) throw otherKey(settings)
  if (opened.by_previous) await addWrap(pool, key, opened.keys, new Date())
  say(`TALLYSTICK_ENCRYPTION_KEY opens this database${opened.by_previous ? ' from now on' : ' already'}.`)
  if (dropsPrevious) {
    const dropped = await dropOtherWraps(pool, key)
    return say(dropped > 0 ? 'No other key opens it any more.' : 'No other key opened it.')
  }
  say(
    'Start every server with it, then drop the previous key: tallystick keys rotate-encryption --drop-previous. Backups from before it need that key.',
  )
}

/** The key of local mode is made and put into its file. A crash at any place leaves a file that opens the database. */
async function rotateLocal(pool: Pool, settings: KeySettings): Promise<void> {
  const opened = openKeys(await listWraps(pool), [await readLocalKey(settings.data_dir, true)])
  if (!opened) throw otherKey(settings)
  const key = randomSecret(32)
  await addWrap(pool, key, opened.keys, new Date())
  await replaceLocalKey(settings.data_dir, key)
  await dropOtherWraps(pool, key)
  say(`The file encryption-key in ${settings.data_dir} has a new key, and no other opens the database any more.`)
  say('Back it up. Backups from before need the key from before.')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

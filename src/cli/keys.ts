import { formatInstant } from '../core/clock.ts'
import { formatId } from '../core/id/id.ts'
import { createKey, type KeyRow, listKeys, revokeKey, rollKey } from '../merchant/keys.ts'
import { rotateEncryption } from './rotate-encryption.ts'
import { readDurationMs, readExpiry } from './span.ts'
import { readArguments, readVerb, UsageError } from './usage.ts'
import { withDatabase } from './with-database.ts'

/** `tallystick keys`: lists, creates, rolls and revokes secret keys, and exchanges the encryption key. A new secret key is printed once. */
export async function keys(args: string[]): Promise<void> {
  await readVerb('keys', { list, create, roll, revoke, 'rotate-encryption': rotateEncryption }, args)
}

async function list(args: string[]): Promise<void> {
  const { values } = readArguments('keys list', args, { merchant: { type: 'string' } })
  await withDatabase(async (pool) => {
    process.stdout.write(table(await listKeys(pool, values.merchant)))
  })
}

async function create(args: string[]): Promise<void> {
  const { values } = readArguments('keys create', args, {
    mode: { type: 'string' },
    merchant: { type: 'string', default: 'default' },
    expires: { type: 'string' },
  })
  const { mode, merchant, expires } = values
  if (mode !== 'test' && mode !== 'live') {
    throw new UsageError('Usage: tallystick keys create --mode test|live [--merchant SLUG] [--expires 90d|DATE]')
  }
  const now = new Date()
  const expires_at = expires === undefined ? undefined : readExpiry('--expires', expires, now)
  await withDatabase(async (pool) => {
    const { id, secret } = await createKey(pool, { slug: merchant, mode, expires_at }, now)
    process.stdout.write(`This key is shown only once: ${secret}\n`)
    say(
      `Its id is ${formatId('api_key', id)}${expires_at ? `, and it is valid until ${formatInstant(expires_at)}` : ''}.`,
    )
  })
}

async function roll(args: string[]): Promise<void> {
  const { values, words } = readArguments('keys roll', args, { overlap: { type: 'string', default: '24h' } }, ['a key'])
  const overlapMs = readDurationMs('--overlap', values.overlap)
  await withDatabase(async (pool) => {
    const { made, old } = await rollKey(pool, words[0] as string, overlapMs, new Date())
    process.stdout.write(`This key is shown only once: ${made.secret}\n`)
    say(`Its id is ${formatId('api_key', made.id)}.`)
    say(`${formatId('api_key', old.id)} (${old.hint}) is valid until ${formatInstant(old.expires_at)}.`)
  })
}

async function revoke(args: string[]): Promise<void> {
  const { words } = readArguments('keys revoke', args, {}, ['a key'])
  await withDatabase(async (pool) => {
    const key = await revokeKey(pool, words[0] as string, new Date())
    say(`${formatId('api_key', key.id)} (${key.hint}) was revoked at ${instantOr('no time', key.revoked_at)}.`)
  })
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const heading = ['id', 'merchant', 'mode', 'key', 'created', 'expires', 'last used', 'revoked']

function table(rows: readonly KeyRow[]): string {
  const cells = rows.map((row) => [
    formatId('api_key', row.id),
    row.slug,
    row.mode,
    row.hint,
    formatInstant(row.created_at),
    instantOr('never', row.expires_at),
    row.last_used_on ?? 'never',
    instantOr('no', row.revoked_at),
  ])
  const widths = heading.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)))
  return [heading, ...cells]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

function instantOr(otherwise: string, instant: Date | null): string {
  return instant === null ? otherwise : formatInstant(instant)
}

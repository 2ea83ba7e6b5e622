import { scopes as allScopes, type KeyRights, type Scope } from '../core/api-key.ts'
import { formatInstant } from '../core/clock.ts'
import { formatId } from '../core/id/id.ts'
import { createKey, type KeyRow, listKeys, revokeKey, rollKey } from '../merchant/keys.ts'
import { rotateEncryption } from './rotate-encryption.ts'
import { readDurationMs, readExpiry } from './span.ts'
import { readArguments, readVerb, UsageError, unknown } from './usage.ts'
import { withDatabase } from './with-database.ts'

/** `tallystick keys`: lists, creates, rolls and revokes keys, and exchanges the encryption key. A new key is printed once. */
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
    scopes: { type: 'string' },
    public: { type: 'boolean' },
  })
  const { mode, merchant, expires } = values
  if (mode !== 'test' && mode !== 'live') {
    throw new UsageError(
      'Usage: tallystick keys create --mode test|live [--merchant SLUG] [--expires 90d|DATE] [--scopes LIST | --public]',
    )
  }
  const rights = readRights(values.scopes, values.public)
  const now = new Date()
  const expires_at = expires === undefined ? undefined : readExpiry('--expires', expires, now)
  await withDatabase(async (pool) => {
    const { id, secret } = await createKey(pool, { slug: merchant, mode, expires_at, ...rights }, now)
    process.stdout.write(`This key is shown only once: ${secret}\n`)
    say(
      `Its id is ${formatId('api_key', id)}${expires_at ? `, and it is valid until ${formatInstant(expires_at)}` : ''}.`,
    )
  })
}

/** What a new key may do. Throws UsageError for a scope that there is none of. */
function readRights(list: string | undefined, isPublic = false): KeyRights {
  if (isPublic && list !== undefined) {
    throw new UsageError('--public and --scopes exclude each other: a public key can only begin payment sessions.')
  }
  if (isPublic) return { kind: 'public', scopes: [] }
  if (list === undefined) return { kind: 'secret', scopes: null }
  const wrong = list.split(',').find((name) => !allScopes.includes(name as Scope))
  if (wrong !== undefined) {
    throw new UsageError(`${unknown('scope', wrong, allScopes)} They are ${allScopes.join(', ')}, with commas between.`)
  }
  return { kind: 'secret', scopes: [...new Set(list.split(',') as Scope[])] }
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

const heading = ['id', 'merchant', 'mode', 'key', 'scopes', 'created', 'expires', 'last used', 'revoked']

function table(rows: readonly KeyRow[]): string {
  const cells = rows.map((row) => [
    formatId('api_key', row.id),
    row.slug,
    row.mode,
    row.hint,
    row.kind === 'public' ? 'public' : (row.scopes?.join(',') ?? 'all'),
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

import type { AppContext } from '../../context.ts'
import { decode, encode } from '../../core/id/base62.ts'
import { Problem } from '../../core/problem.ts'
import { sameSecret } from '../../core/secret.ts'

type Vaulted = Pick<AppContext, 'vault'>

const shownLength = 22

/** The cursor that leads on behind a position of the feed. It is bound to the environment, not to what was asked for. */
export function feedCursor({ vault }: Vaulted, environmentId: number, position: bigint): string {
  const token = vault.token('cursor', 'event', String(environmentId), String(position))
  return encode(asId(position)) + token
}

/** The position that a cursor leads on from. Throws `invalid_cursor` for one that the feed of this environment did not return. */
export function feedPosition(app: Vaulted, environmentId: number, cursor: string): bigint {
  const id = decode(cursor.slice(0, shownLength))
  const position = id === undefined ? undefined : BigInt(`0x${id.replaceAll('-', '')}`)
  if (position !== undefined && sameSecret(cursor, feedCursor(app, environmentId, position))) return position
  const detail = 'The feed did not return that cursor: send a next_cursor of it, unchanged, or latest.'
  throw new Problem('invalid_cursor', detail, { errors: [{ parameter: 'cursor', code: 'invalid_cursor', detail }] })
}

/** A position in the form of an id, whose 22 characters are those of every cursor. */
function asId(position: bigint): string {
  const hex = position.toString(16).padStart(32, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

import { formatId, type Id } from './id/id.ts'

/**
 * Who changes something: an API key, an operator's command, a job of the server, or a hosted page that a payer uses. It
 * is stored as this text with every ledger transaction and audit entry, since it cannot be reconstructed later.
 */
export type Actor = `key:${Id}` | `command:${string}` | `job:${string}` | `page:${string}`

/** The id of the key that an actor is; undefined for any other. */
export function keyOfActor(actor: Actor): Id | undefined {
  return actor.startsWith('key:') ? actor.slice('key:'.length) : undefined
}

/** An actor as the API shows it: its kind, and which one. */
export type ShownActor = { key?: string; command?: string; job?: string; page?: string }

/** Formats an actor as the API shows it. */
export function formatActor(actor: Actor): ShownActor {
  const [kind = '', name = ''] = actor.split(/:(.*)/s, 2)
  return { [kind]: kind === 'key' ? formatId('api_key', name) : name }
}

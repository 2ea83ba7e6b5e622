import { formatId, type Id } from './id/id.ts'

/**
 * Who changes something: an API key, a command of the operator's, a job of the server's own, or a hosted page that a payer uses.
 * It is stored as this text with every ledger transaction and every stored change; it cannot be found out afterwards.
 */
export type Actor = `key:${Id}` | `command:${string}` | `job:${string}` | `page:${string}`

/** An actor as the API shows it: the kind of it, and which. */
export type ShownActor = { key?: string; command?: string; job?: string; page?: string }

/** Formats an actor as the API shows it. */
export function formatActor(actor: Actor): ShownActor {
  const [kind = '', name = ''] = actor.split(/:(.*)/s, 2)
  return { [kind]: kind === 'key' ? formatId('api_key', name) : name }
}

import type { Actor } from '../core/actor.ts'

/** The cause of what a payer does through a hosted page. */
export function pageCause(request_id: string): { request_id: string; actor: Actor } {
  return { request_id, actor: 'page:payment' }
}

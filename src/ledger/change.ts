import type { Actor } from '../core/actor.ts'
import type { EventEnvironment } from '../events/outbox.ts'

/** The cause of a change of the books: for which environment, by whom, when. */
export type ChangeContext = { environment: EventEnvironment; actor: Actor; request_id: string; now: Date }

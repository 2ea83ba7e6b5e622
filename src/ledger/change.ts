import type { Actor } from '../core/actor.ts'
import type { EventEnvironment } from '../events/outbox.ts'

/** What a change of the books is told of its cause: for whom, by whom, when. */
export type ChangeContext = { environment: EventEnvironment; actor: Actor; request_id: string; now: Date }

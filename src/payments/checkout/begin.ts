import type { AppContext, RequestEnvironment } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import type { Id } from '../../core/id/id.ts'
import type { CheckoutRow } from '../../ledger/checkouts/checkout.ts'
import { metadataKeysMax } from '../../shapes/primitives.ts'
import type { Processor } from '../processor/processor.ts'
import type { Via } from '../session/charge.ts'
import { createSessionPayment, type Started } from '../session/create.ts'
import { splitOf } from './target.ts'

type App = Parameters<typeof createSessionPayment>[0]

/** An attempt to pay a request or session. */
export type NewAttempt = {
  environment: RequestEnvironment
  /** Made with the form, so that one form is one payment. */
  id: Id
  via: Via
  metadata: Record<string, string>
  actor: Actor
  request_id: string
}

/**
 * Begins to pay a request or session: the whole of it, split over what it is for as things are now. `'unfit'` when not all of it
 * can be applied any more.
 */
export async function beginCheckout(
  app: App & Pick<AppContext, 'pool'>,
  processor: Processor,
  row: CheckoutRow,
  attempt: NewAttempt,
): Promise<Started | 'unfit'> {
  const { chosen, unapplied } = await splitOf(app.pool, row)
  if (unapplied > 0n) return 'unfit'
  return createSessionPayment(app, processor, {
    ...attempt,
    customer_id: row.customer_id,
    target_id: row.target_id,
    chosen,
    amount: row.amount,
    currency: row.currency,
    checkout_id: row.id,
    capture_method: row.capture_method === 'manual' ? 'manual' : null,
    metadata: withTracked(row.metadata, attempt.metadata),
  })
}

/** The merchant's metadata, and what of the link's parameters fits beside it. */
function withTracked(own: Record<string, string>, tracked: Record<string, string>): Record<string, string> {
  const others = Object.entries(tracked).filter(([name]) => !Object.hasOwn(own, name))
  return { ...Object.fromEntries(others.slice(0, metadataKeysMax - Object.keys(own).length)), ...own }
}

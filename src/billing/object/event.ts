import type { z } from 'zod'
import type { RequestContext } from '../../context.ts'
import { formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Queryable } from '../../database/pool.ts'
import { type NewEvent, renderEvent, writeEvents } from '../../events/outbox.ts'
import type { DataOf, EventType } from '../../events/registry.ts'
import type { AdjustmentCause, EnteredAdjustment } from '../../ledger/adjust.ts'
import { type BalanceMove, moveFields } from '../../ledger/move.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import type { Resource } from './resource.ts'
import type { Rows } from './rows.ts'

/** The types of events that show a whole object. */
export type ObjectEventType<Kind extends ReceivableKind> = Exclude<
  Extract<EventType, `${Kind}.${string}`>,
  `${string}archived`
>

type EventContext = Pick<RequestContext, 'environment' | 'now'>

/** What moved the balance with a change of an object: its event has the id of it, so that no step is told twice. */
type Entered = { id: Id; move: BalanceMove | undefined }

/** The event of a change of an object: the object as the API shows it, without its link, and what moved its balance. */
export function objectEvent<Kind extends ReceivableKind, Shape extends z.ZodType>(
  context: EventContext,
  resource: Resource<Kind, Shape>,
  type: ObjectEventType<Kind>,
  row: Rows[Kind],
  entered?: Entered,
  adjustment?: ReturnType<typeof adjustmentField>,
): NewEvent {
  const { environment, now } = context
  const { bucket, id: subject_id, version } = row
  const data = {
    ...(resource.render({ context }, row) as object),
    object_version: toNumber(version),
    ...(entered?.move && moveFields(entered.move)),
    ...adjustment,
  }
  const id = entered?.id ?? newId(bucket, now.getTime())
  const event = { id, bucket, type, subject_id, created_at: now, data: data as DataOf<typeof type> }
  return renderEvent(environment, event)
}

/** What is told of an adjustment, or of one side of a set-off. */
type ToldAdjustment = Pick<EnteredAdjustment, 'id' | 'amount' | 'effective_at'> & {
  cause: Pick<AdjustmentCause, 'reason' | 'label' | 'reference'> & { kind: AdjustmentCause['kind'] | 'credit' }
}

/** What an event says of an adjustment besides the balance that it moved. */
export function adjustmentField({ id, amount, cause, effective_at }: ToldAdjustment) {
  const { kind, reason, label, reference } = cause
  const shown = { id: formatId('adjustment', id), kind, amount: toNumber(amount), reason, label, reference }
  return { adjustment: { ...shown, effective_at: effective_at.toISOString() } }
}

/** Writes the event of one change of an object, in its transaction. */
export function tellObject<Kind extends ReceivableKind, Shape extends z.ZodType>(
  connection: Queryable,
  ...told: Parameters<typeof objectEvent<Kind, Shape>>
): Promise<void> {
  return writeEvents(connection, [objectEvent(...told)])
}

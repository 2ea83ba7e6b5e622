import { newId } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { renderEvent, writeEvents } from '../../events/outbox.ts'
import type { View } from '../object/resource.ts'
import type { BillRow } from '../object/rows.ts'
import { bills } from './resource.ts'

/** Emits `bill.updated`: the bill as the API shows it, without its link, which no event may contain. */
export async function tellBillUpdated(connection: Connection, view: View, row: BillRow): Promise<void> {
  const { environment, now } = view.context
  const { presentment_url: _, ...data } = bills.render(view, row)
  const { bucket, id: subject_id } = row
  const id = newId(bucket, now.getTime())
  const event = { id, bucket, type: 'bill.updated', subject_id, created_at: now, data } as const
  await writeEvents(connection, [renderEvent(environment, event)])
}

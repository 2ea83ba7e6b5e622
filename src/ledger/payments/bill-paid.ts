import { formatInstant } from '../../core/clock.ts'
import { formatId, newId } from '../../core/id/id.ts'
import { parseJson } from '../../core/json-reader.ts'
import { toNumber } from '../../core/money.ts'
import { type EventEnvironment, type NewEvent, renderEvent } from '../../events/outbox.ts'
import type { DataOf } from '../../events/registry.ts'
import { amountsOf, closedBy } from '../bill-amounts.ts'
import type { Receivable } from '../receivable.ts'

type Particulars = Pick<DataOf<'bill.paid'>, 'description' | 'lines' | 'document_url'>

/**
 * `bill.paid` of a balance that money has just brought to zero; nothing for a balance that is no bill's. It moves no
 * balance: the event of the money does.
 */
export function billPaid(environment: EventEnvironment, receivable: Receivable, now: Date): NewEvent[] {
  const { amount_due, amount_adjusted, amount_written_off, bill_version, bill_created_at, bill_date } = receivable
  if (amount_due === null || amount_adjusted === null || amount_written_off === null) return []
  if (bill_version === null || bill_created_at === null || bill_date === null) return []
  const bill = { status: 'paid', balance: 0n, amount_due, amount_adjusted, amount_written_off } as const
  const { id, bucket, due_date, account_id } = receivable
  const metadata = parseJson(receivable.bill_metadata ?? '{}') as Record<string, string>
  const data = {
    id: formatId('bill', id),
    external_reference: receivable.external_reference,
    customer_id: formatId('customer', receivable.customer_id),
    ...(account_id !== null && { account_id: formatId('account', account_id) }),
    status: bill.status,
    closed_by: closedBy(bill),
    currency: receivable.currency,
    amount_due: toNumber(amount_due),
    amount_adjusted: toNumber(amount_adjusted),
    amount_paid: toNumber(amountsOf(bill).paid),
    amount_written_off: toNumber(amount_written_off),
    amount_remaining: 0,
    bill_date,
    ...(due_date !== null && { due_date }),
    partially_paid: false,
    overdue: false,
    ...(receivable.bill_particulars !== null && (parseJson(receivable.bill_particulars) as Particulars)),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    mode: environment.mode,
    created_at: formatInstant(bill_created_at),
    updated_at: formatInstant(now),
    object_version: toNumber(bill_version),
  }
  const type = 'bill.paid'
  const event = { id: newId(bucket, now.getTime()), bucket, type, subject_id: id, created_at: now, data } as const
  return [renderEvent(environment, event)]
}

import type { z } from 'zod'
import type { RequestEnvironment } from '../../context.ts'
import { disputeData } from '../../ledger/corrections/dispute-event.ts'
import type { DisputeRow } from '../../ledger/corrections/dispute-row.ts'
import type { dispute } from '../../shapes/dispute.ts'

/** A dispute as the API shows it. */
export function renderDispute({ mode }: Pick<RequestEnvironment, 'mode'>, row: DisputeRow): z.input<typeof dispute> {
  const { object_version: _, ...shown } = disputeData(row)
  return { ...shown, mode }
}

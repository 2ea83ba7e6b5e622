import type { AppContext } from '../../context.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { isDatabaseUnavailable, isTemporary } from '../../database/availability.ts'

/**
 * Runs the check of one payment so that its failure holds up no other: it is logged, and the check is tried again later.
 * Throws only when the database is unavailable, which stops all of them.
 */
export async function checkApart(
  app: Pick<AppContext, 'log' | 'outage'>,
  id: Id,
  failed: string,
  check: () => Promise<void>,
): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    if (isTemporary(error)) app.outage.failed(error)
    else app.log.error({ err: error, payment_id: formatId('payment', id) }, failed)
  }
}

import { type RenderedResponse, renderResponse } from '../../api/response.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import { findHolders } from '../../ledger/payments/claims.ts'
import { findDestination } from './destination.ts'
import { previewAt } from './preview.ts'
import { makeCommand, readRest } from './record.ts'
import { resolveTaken } from './reference-taken.ts'
import { renderBillingPayment } from './render.ts'
import type { CreatePayment, createdPayment, paymentPreview } from './schema.ts'
import { readPayment } from './store.ts'

/**
 * What recording a payment would answer as things are now, without a write: 200 with the payment that it was made before, 201 with the
 * preview of how it would be allocated. Throws what recording it would.
 */
export async function rehearsePayment(
  app: Pick<AppContext, 'pool' | 'publicUrl'>,
  context: RequestContext,
  input: CreatePayment,
): Promise<RenderedResponse> {
  const { pool } = app
  const { environment } = context
  const rest = readRest(context, input)
  const destination = await findDestination(pool, environment.id, input)
  const said = { ...rest, target: destination.said, target_pointer: destination.pointer }
  const holders = await findHolders(pool, makeCommand(app, context, said, destination))
  if (holders.length > 0 || rest.replaces !== null) {
    const same = await resolveTaken(pool, environment.id, said, holders)
    if (!(same instanceof Problem)) {
      const { row, obligations } = await readPayment(pool, environment.id, same)
      const body = renderBillingPayment(environment, row, obligations)
      return renderResponse<typeof createdPayment>({ status: 200, body })
    }
    // Nothing stands in the way of a payment that takes the place of another.
    if (same.code !== 'idempotency_in_flight') throw same
  }
  const body = await previewAt(app, context, input, destination)
  return renderResponse<{ 201: typeof paymentPreview }>({ status: 201, body })
}

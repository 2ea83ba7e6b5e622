import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { transaction } from '../../database/transaction.ts'
import { authorisePayment } from '../../ledger/captures/authorise.ts'
import { followAuthorisation } from '../../ledger/captures/settle.ts'
import type { ChargeState } from '../processor/processor.ts'
import { notePaymentId, type SessionPayment } from './store.ts'

type Authorised = Extract<ChargeState, { status: 'authorised' }>

/**
 * What a charge is by how its payment is captured. Money that arrived at once, although it was to be held, was captured there; and
 * what is held, although it was to arrive, has not arrived.
 */
export function readAs({ capture_method }: SessionPayment, charge: ChargeState): ChargeState {
  if (capture_method === 'manual' && charge.status === 'succeeded') {
    return { ...charge, status: 'authorised', expires_at: charge.at, captured: charge.amount ?? 0n, released: 0n }
  }
  if (capture_method === null && charge.status === 'authorised') {
    return { status: 'pending', method_details: charge.method_details }
  }
  return charge
}

/** Marks a payment as authorised, and enters what was captured or let go of at the processor meanwhile. */
export async function bringAuthorised(
  app: Pick<AppContext, 'pool' | 'clock' | 'eventsCommitted'>,
  payment: SessionPayment,
  charge: Authorised & { amount: bigint },
  { request_id, actor }: { request_id: string; actor: Actor },
): Promise<void> {
  const { at, amount, expires_at, method_details, captured, released, processor_payment_id } = charge
  if (processor_payment_id !== undefined) await notePaymentId(app.pool, payment, processor_payment_id)
  const environment = { id: payment.environment_id, mode: payment.mode }
  const context = { environment, request_id, actor, now: app.clock.now() }
  await transaction(app.pool, async (connection) => {
    await authorisePayment(connection, context, payment.id, { at, amount, expires_at, method_details })
    await followAuthorisation(connection, context, payment.id, { captured, released })
  })
  app.eventsCommitted()
}

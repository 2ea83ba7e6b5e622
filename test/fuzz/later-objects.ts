import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'

/** A dispute that was a warning, so that the payment stays as it is. */
export async function sampleDispute(server: TestServer): Promise<string> {
  const { owner } = server.database
  const bill = { customer: 'F1', external_reference: 'F9', currency: 'ZAR', amount_due: 300 }
  const { id } = (await server.api('POST', '/billing/bills', bill)).body
  const played = { bill: id, amount: 300, outcome: 'succeeded', later: 'dispute_warning' }
  const payment = (await server.api('POST', '/test/payments', played)).body.id
  // Those of earlier calls stay where they are: what has settled does not change.
  await owner.query(
    "update simulator_charge set settles_at = now() - interval '1 hour' where later is not null and settles_at > now() - interval '1 hour'",
  )
  await owner.query('update processor_callback set next_try_at = received_at')
  await lookIntoCallbacks(server.app)
  return (await server.api('GET', `/collect/disputes?payment=${payment}`)).body.data[0].id
}

/** A delivery that has ended without an attempt, so that nothing changes by itself while requests are tried. */
export async function sampleDelivery(server: TestServer, bill: string) {
  const { owner } = server.database
  await owner.query('update webhook_endpoint set disabled_at = now()')
  await server.api('PATCH', `/billing/bills/${bill}`, { description: 'Water' })
  await eventually(async () => {
    const { rowCount } = await owner.query("select from webhook_delivery where next_attempt_at = 'infinity'")
    return rowCount !== 0
  }, 'the delivery waits for its endpoint')
  await owner.query("update webhook_delivery set status = 'cancelled', settled_at = now() where status = 'pending'")
  await owner.query('update webhook_endpoint set disabled_at = null')
  return (await server.api('GET', `/webhooks/deliveries?object=${bill}`)).body.data[0]
}

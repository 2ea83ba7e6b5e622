import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import type { NewEvent } from '../../events/outbox.ts'
import type { Journal } from '../../ledger/journal.ts'
import { spreadCredit } from '../../ledger/set-off.ts'
import type { BillRow } from '../object/rows.ts'
import { type SetOffParty, setOff } from './enter-set-off.ts'
import { listCredits, lockParties } from './set-off.ts'

/**
 * Sets the credit of its customer off against a bill that is being raised, where the setting says so. The nearest credit goes
 * first, as far as it goes. Returns the events; the journal is written by the caller.
 */
export async function useCreditFor(
  connection: Connection,
  context: RequestContext,
  journal: Journal,
  bill: SetOffParty<BillRow>,
): Promise<NewEvent[]> {
  const { environment } = context
  if (environment.credit !== 'on_new_bill') return []
  const { customer_id, account_id, currency, id } = bill.receivable
  const there = await listCredits(connection, environment.id, customer_id, currency)
  if (there.length === 0) return []
  const accounts = there.flatMap((credit) => (credit.kind === 'account' ? [credit.id] : []))
  const parties = await lockParties(connection, environment.id, { customer_id, accounts })
  // A payment may have changed what was found before it was locked.
  const credits = [...parties.values()].map(({ receivable }) => receivable).filter(({ balance }) => balance < 0n)
  const partyOf = (one: Id) => required(parties.get(one), 'what is spread was locked')
  return spreadCredit(credits, [{ id, account_id, currency, open: bill.receivable.balance }]).flatMap(
    ({ from, amount }) => setOff(context, journal, { from: partyOf(from), to: bill, amount }).events,
  )
}

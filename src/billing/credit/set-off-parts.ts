import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import { Journal } from '../../ledger/journal.ts'
import type { SetOffPart } from '../../ledger/set-off.ts'
import { setOff } from '../bill/enter-set-off.ts'
import { lockParties, writeBillVersions } from '../bill/set-off.ts'

/** What is to be set off at once: the parts, and each balance among them as it was when they were decided. */
export type WantedSetOff = {
  /** Of the first set-off: the key of its event lets it be written once. */
  id: Id
  customer_id: Id
  parts: readonly SetOffPart[]
  seen: ReadonlyMap<Id, bigint>
}

/** Sets off all parts or, where one of the balances is no longer as it was seen, none: returns whether it did. */
export async function setOffParts(
  connection: Connection,
  context: Pick<RequestContext, 'environment' | 'actor' | 'request_id' | 'now'>,
  { id, customer_id, parts, seen }: WantedSetOff,
  kindOf: (id: Id) => 'customer' | 'account' | 'bill',
): Promise<boolean> {
  const named = [...new Set(parts.flatMap(({ from, to }) => [from, to]))]
  const ids = (kind: string) => named.filter((one) => kindOf(one) === kind)
  const parties = await lockParties(connection, context.environment.id, {
    customer_id,
    accounts: ids('account'),
    bills: ids('bill'),
  })
  const isAsSeen = (one: Id) => parties.get(one)?.receivable.balance === seen.get(one)
  if (!named.every(isAsSeen)) return false
  const journal = new Journal(context.now)
  const partyOf = (one: Id) => required(parties.get(one), 'each party is as it was seen')
  const events = parts.flatMap(
    ({ from, to, amount }, at) =>
      setOff(context, journal, { from: partyOf(from), to: partyOf(to), amount, id: at === 0 ? id : undefined }).events,
  )
  await Promise.all([
    journal.write(connection),
    writeBillVersions(connection, context, named.map(partyOf)),
    writeEvents(connection, events),
  ])
  return true
}

import type { z } from 'zod'
import type { RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import { Journal } from '../../ledger/journal.ts'
import { ownerField } from '../../ledger/receivable.ts'
import { type SetOffParty, setOff } from '../bill/enter-set-off.ts'
import { lockParties, writeBillVersions } from '../bill/set-off.ts'
import { type Named, namedOne } from '../object/named.ts'
import { type CustomerRow, findObject, findOrThrow, type Rows } from '../object/rows.ts'
import { amountToSetOff } from './amount.ts'
import type { applyCreditBody, creditApplication } from './schema.ts'

/** One side as it was named, and where. */
type Side = { row: Rows[keyof Rows]; pointer: string }

/**
 * Sets credit of one balance of a customer off against what the same customer owes elsewhere. Throws `not_found`, `archived`, `no_balance`,
 * `bill_voided`, `currency_mismatch` and `amount_exceeds_remaining`.
 */
export async function applyCredit(
  connection: Connection,
  context: RequestContext,
  named: string,
  input: z.output<typeof applyCreditBody>,
): Promise<z.input<typeof creditApplication>> {
  const { environment, now } = context
  const customer = await findOrThrow(connection, environment.id, 'customer', named)
  const source = await sideOf(connection, customer, input.from, '/from')
  const target = await sideOf(connection, customer, input.to, '/to')
  const idsOf = (kind: string) => [source, target].flatMap(({ row }) => (row.kind === kind ? [row.id] : []))
  const ids = { customer_id: customer.id, accounts: [...new Set(idsOf('account'))], bills: idsOf('bill') }
  const parties = await lockParties(connection, environment.id, ids)
  const from = partyOf(parties, source)
  const to = partyOf(parties, target)
  const amount = amountToSetOff(from.receivable, to.receivable, input.amount, target.pointer)
  const journal = new Journal(now)
  const { entered, events } = setOff(context, journal, { from, to, amount })
  await Promise.all([
    journal.write(connection),
    writeBillVersions(connection, context, [to]),
    writeEvents(connection, events),
  ])
  return {
    id: formatId('adjustment', entered.id),
    amount: toNumber(amount),
    currency: from.receivable.currency,
    from: ownerField(from.receivable),
    to: ownerField(to.receivable),
    mode: environment.mode,
    created_at: now.toISOString(),
  }
}

/** What a body names, if it is this customer or belongs to it: what is another customer's does not exist here. */
async function sideOf(connection: Connection, customer: CustomerRow, sent: Named, at: string): Promise<Side> {
  const { kind, named, pointer } = namedOne(sent, at)
  const row = await findObject(connection, customer.environment_id, kind, named)
  if (!row || row.customer_id !== customer.id) throw absentProblem(kind, named, { pointer })
  return { row, pointer }
}

function partyOf(parties: Map<string, SetOffParty>, { row: { id, kind }, pointer }: Side): SetOffParty {
  const party = parties.get(id)
  if (!party) throw fieldProblem('no_balance', pointer, `The ${kind} has no balance.`)
  if (party.row.archived_at !== null) throw new Problem('archived', `The ${kind} is archived and cannot be changed.`)
  if (party.receivable.status === 'voided')
    throw new Problem('bill_voided', 'The bill is voided; nothing is owed on it.')
  return party
}

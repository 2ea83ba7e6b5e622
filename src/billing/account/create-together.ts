import { bucketOf, type Id, newId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import { createGroupCommit, type GroupCommit } from '../../database/group-commit.ts'
import { claimKeys, claimName, type IdempotencyClaim, releaseKeys, storeAnswers } from '../../database/idempotency.ts'
import type { Connection, Pool } from '../../database/pool.ts'
import { type SendCommit, transaction } from '../../database/transaction.ts'
import type { ChangeContext } from '../../api/context.ts'
import type { Answer } from '../../api/idempotency.ts'
import { Journal } from '../../ledger/journal.ts'
import { type AccountRow, type CustomerRow, entitySelect } from '../object/rows.ts'
import { balanceCurrency, enterOpening } from '../object/balance.ts'
import { claimReferences, type ReferenceClaim, referenceTaken, releaseReferences } from '../object/external-references.ts'
import type { CreateAccount } from './schema.ts'
import { newAccount } from './service.ts'
import { insertAccounts } from './store.ts'

/** A new account under a customer that is named by its id. */
export type AccountOrder = {
  context: ChangeContext
  customer_id: Id
  input: CreateAccount
  claim: IdempotencyClaim | undefined
  render(row: AccountRow): Answer
  renderProblem(problem: Problem): Answer
}

/** What became of an order: an answer; its key had one before; or there is no customer with this id, so it may be a reference. */
export type AccountOutcome = { kind: 'answered'; answer: Answer } | { kind: 'key_lost' } | { kind: 'no_such_customer' }

const batchMax = 100
const waitingMax = 5_000

/**
 * Creates accounts in groups: those that are asked for at once share one transaction of two round trips. One by one, the
 * eleven statements of each took 1.4 ms of both processors' time, and 64 connections got 1,200 accounts a second.
 */
export function createAccountsTogether(pool: Pool): GroupCommit<AccountOrder, AccountOutcome> {
  return createGroupCommit<AccountOrder, AccountOutcome>({
    carryOut: (orders) => transaction(pool, (...sides) => createBatch(...sides, orders)),
    claimsOf: ({ context, input, claim }) => [
      `reference ${context.environment.id} ${input.external_reference}`,
      ...(claim ? [`key ${claimName(claim)}`] : []),
    ],
    in_flight_max: 2,
    batch_max: batchMax,
    waiting_max: waitingMax,
  })
}

type Begun = { order: AccountOrder; id: Id; reference: ReferenceClaim }

async function createBatch(
  connection: Connection,
  sendCommit: SendCommit,
  orders: AccountOrder[],
): Promise<AccountOutcome[]> {
  const now = (orders[0] as AccountOrder).context.now
  const begun = orders.map((order): Begun => {
    const id = newId(bucketOf(order.customer_id), order.context.now.getTime())
    const { environment } = order.context
    const reference = {
      environment_id: environment.id,
      kind: 'account' as const,
      reference: order.input.external_reference,
    }
    return { order, id, reference: { ...reference, entity_id: id } }
  })
  const claims = orders.map(({ claim }) => claim).filter((claim) => claim !== undefined)
  const [keys, named, customers] = await Promise.all([
    claimKeys(connection, claims),
    claimReferences(
      connection,
      begun.map(({ reference }) => reference),
    ),
    lockCustomers(connection, orders),
  ])
  const journal = new Journal(now)
  const rows: AccountRow[] = []
  const outcomes = begun.map((one): AccountOutcome => {
    const { order } = one
    if (order.claim && !keys.has(claimName(order.claim))) return { kind: 'key_lost' }
    const customer = customers.get(order.customer_id)
    if (customer?.environment_id !== order.context.environment.id) return { kind: 'no_such_customer' }
    try {
      const row = create(one, customer, named.has(one.id), journal)
      rows.push(row)
      return { kind: 'answered', answer: order.render(row) }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return { kind: 'answered', answer: order.renderProblem(error) }
    }
  })
  const written = Promise.all([
    insertAccounts(connection, rows, now),
    journal.write(connection),
    ...settleClaims(connection, begun, outcomes, named, rows),
  ])
  sendCommit()
  await written
  return outcomes
}

/** What is refused is refused before anything of it is in the journal. */
function create(
  { order, id, reference }: Begun,
  customer: CustomerRow,
  isNamed: boolean,
  journal: Journal,
): AccountRow {
  const { context, input } = order
  if (customer.archived_at !== null) throw archived()
  const row = newAccount(context, customer, id, input)
  const { balance } = input
  const currency = balance === undefined ? undefined : balanceCurrency(input.currency, null, '')
  if (!isNamed) throw referenceTaken(reference, '')
  return balance === undefined || currency === undefined
    ? row
    : enterOpening(journal, context, 'account', row, { balance, currency })
}

function archived(): Problem {
  const detail = 'The customer is archived.'
  return new Problem('archived', detail, { errors: [{ pointer: '/customer', code: 'archived', detail }] })
}

/** Finds the customers, and keeps them from being archived until the accounts are there. */
async function lockCustomers(connection: Connection, orders: AccountOrder[]): Promise<Map<Id, CustomerRow>> {
  const ids = [...new Set(orders.map(({ customer_id }) => customer_id))]
  const { rows } = await connection.query<CustomerRow>({
    name: 'find-customers-to-stay',
    text: `${entitySelect.customer}
      where e.id = any ($1::uuid[]) and e.bucket = any ($2::integer[]) and e.environment_id = any ($3::integer[])
      order by e.id for share of e`,
    values: [
      uuidArray(ids),
      integerArray([...new Set(ids.map(bucketOf))]),
      integerArray([...new Set(orders.map(({ context }) => context.environment.id))]),
    ],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** Keeps the answers, and gives up the keys and references of what was not made: none is left an orphan. */
function settleClaims(
  connection: Connection,
  begun: Begun[],
  outcomes: AccountOutcome[],
  named: Set<Id>,
  rows: AccountRow[],
): Promise<void>[] {
  const made = new Set(rows.map(({ id }) => id))
  const answers: Parameters<typeof storeAnswers>[1] = []
  const released: IdempotencyClaim[] = []
  begun.forEach(({ order: { claim } }, index) => {
    const outcome = outcomes[index] as AccountOutcome
    if (!claim || outcome.kind === 'key_lost') return
    if (outcome.kind === 'answered') answers.push({ ...claim, ...outcome.answer, encrypted: false })
    else released.push(claim)
  })
  const unused = begun.filter(({ id }) => named.has(id) && !made.has(id)).map(({ reference }) => reference)
  return [storeAnswers(connection, answers), releaseKeys(connection, released), releaseReferences(connection, unused)]
}

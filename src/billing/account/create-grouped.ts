import { storedResponse, writeOnce } from '../../api/idempotency.ts'
import { renderProblem } from '../../api/problems.ts'
import { type RenderedResponse, renderResponse, storedBody } from '../../api/response.ts'
import { recordChanges } from '../../audit/record.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { bucketOf, type Id, newId, parseId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import { createGroupCommit } from '../../database/group-commit.ts'
import { claimKeys, claimName, type ResolvedKey, resolveKeys } from '../../database/idempotency.ts'
import { type Connection, isSpread } from '../../database/pool.ts'
import { type SendCommit, transaction } from '../../database/transaction.ts'
import { type NewEvent, writeEvents } from '../../events/outbox.ts'
import { type Books, readBooks } from '../../ledger/books.ts'
import { Journal } from '../../ledger/journal.ts'
import { activeSpan, type SpanContext, withSpan } from '../../tracing/span.ts'
import { objectEvent } from '../object/event.ts'
import {
  claimExternalReferences,
  type ExternalReferenceClaim,
  externalReferenceTaken,
  releaseExternalReferences,
} from '../object/external-references.ts'
import { type Balanced, enterOpening, openedAt, openingOf } from '../object/opening.ts'
import { archivedParent } from '../object/parent.ts'
import { respondObject } from '../object/resource.ts'
import { type AccountRow, type CustomerRow, findById, objectSelect } from '../object/rows.ts'
import { accounts } from './resource.ts'
import type { CreateAccount } from './schema.ts'
import { createAccount, newAccount } from './service.ts'
import { insertAccounts } from './store.ts'

/** A new account under a customer that is named by its id. */
type AccountCommand = { context: RequestContext; customer_id: Id; input: CreateAccount; span: SpanContext | undefined }

/**
 * The outcome of a command: a response; the key already had one; or no customer has this id, so it may be a reference.
 */
type AccountOutcome =
  | { kind: 'responded'; response: RenderedResponse }
  | { kind: 'key_lost' }
  | { kind: 'no_such_customer' }

const batchMax = 100
const waitingMax = 5_000

type App = Pick<AppContext, 'pool' | 'vault' | 'publicUrl' | 'eventsCommitted' | 'figures'>

/**
 * Creates accounts in groups: those requested at the same time share one transaction of two round trips. One by one,
 * each took eleven statements and 1.4 ms of both processors' time, and 64 connections got 1,200 accounts a second. An
 * account whose customer is named by a reference, or is created in the same request, has a transaction of its own.
 */
export function createGroupedAccounts(
  app: App,
): (context: RequestContext, input: CreateAccount) => Promise<RenderedResponse> {
  const queue = createGroupCommit<AccountCommand, AccountOutcome>({
    name: 'accounts',
    runBatch: (commands, lock_wait_ms) =>
      transaction(app.pool, (...sides) => createBatch(app, ...sides, commands), { lock_wait_ms }),
    claimsOf: ({ context: { environment, idempotency }, input }) => [
      `reference ${environment.id} ${input.external_reference}`,
      ...(idempotency ? [`key ${claimName(idempotency)}`] : []),
    ],
    placeOf: ({ context, customer_id }) => ({ owner: String(context.environment.id), object: customer_id }),
    spanOf: ({ span }) => span,
    in_flight_max: 2,
    batch_max: batchMax,
    waiting_max: waitingMax,
    committed: () => app.eventsCommitted(),
    figures: app.figures.accounts,
  })
  return async (context, input) => {
    const customer_id = typeof input.customer === 'string' ? parseId('customer', input.customer) : undefined
    const outcome = customer_id && (await queue.add({ context, customer_id, input, span: activeSpan() }))
    if (outcome && outcome.kind === 'responded') return outcome.response
    if (outcome && outcome.kind === 'key_lost' && context.idempotency) return storedResponse(app, context.idempotency)
    return writeOnce(app, context, async (connection) =>
      renderAccount(app, context, await createAccount(connection, context, input)),
    )
  }
}

function renderAccount(app: App, context: RequestContext, row: AccountRow): RenderedResponse {
  return renderResponse<{ 201: typeof accounts.shape }>(respondObject(accounts, { app, context }, row, 201))
}

type StartedAccount = { command: AccountCommand; id: Id; reference: ExternalReferenceClaim }

async function createBatch(
  app: App,
  connection: Connection,
  sendCommit: SendCommit,
  commands: AccountCommand[],
): Promise<AccountOutcome[]> {
  const now = (commands[0] as AccountCommand).context.now
  const started = commands.map((command): StartedAccount => {
    const id = newId(bucketOf(command.customer_id), command.context.now.getTime())
    const { environment } = command.context
    const reference = {
      environment_id: environment.id,
      kind: 'account' as const,
      reference: command.input.external_reference,
    }
    return { command, id, reference: { ...reference, entity_id: id } }
  })
  const claims = commands.flatMap(({ context }) => context.idempotency ?? [])
  const [keys, named, customers, books] = await Promise.all([
    claimKeys(connection, claims),
    claimExternalReferences(
      connection,
      started.map(({ reference }) => reference),
    ),
    lockCustomers(connection, commands),
    // Only an opening has a date of the caller's.
    readBooks(connection, [
      ...new Set(commands.flatMap(({ context, input }) => (input.opening ? context.environment.id : []))),
    ]),
  ])
  const journal = new Journal(now)
  const rows: AccountRow[] = []
  const told: NewEvent[] = []
  const outcomes = started.map((one): AccountOutcome => {
    const { command } = one
    const { context } = command
    if (context.idempotency && !keys.has(claimName(context.idempotency))) return { kind: 'key_lost' }
    const customer = customers.get(command.customer_id)
    if (customer?.environment_id !== context.environment.id) return { kind: 'no_such_customer' }
    try {
      const { row, entered } = create(one, customer, named.has(one.id), { journal, books })
      rows.push(row)
      told.push(withSpan(command.span, () => objectEvent(context, accounts, 'account.created', row, entered)))
      return { kind: 'responded', response: renderAccount(app, context, row) }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return { kind: 'responded', response: renderProblem(error, app, context.instance) }
    }
  })
  const audited = started
    .filter(({ id }) => rows.some((row) => row.id === id))
    .map(({ command: { context }, id }) => ({
      context,
      change: { action: 'created', object_kind: 'account', object_id: id } as const,
    }))
  const written = Promise.all([
    insertAccounts(connection, rows, now),
    recordChanges(connection, audited),
    journal.write(connection),
    writeEvents(connection, told),
    ...resolveClaims(connection, started, outcomes, named, rows),
  ])
  sendCommit()
  await written
  return outcomes
}

/** Throws before anything is entered into the journal, so a refused account leaves nothing in it. */
function create(
  { command, id, reference }: StartedAccount,
  customer: CustomerRow,
  isNamed: boolean,
  { journal, books }: { journal: Journal; books: Books },
): Balanced<AccountRow> {
  const { context, input } = command
  if (customer.archived_at !== null) throw archivedParent('customer', '/customer')
  const row = newAccount(context, customer, id, input)
  const opening = openingOf(input, context.now, '')
  books.refuseClosed(context.environment.id, opening?.effective_at, openedAt)
  if (!isNamed) throw externalReferenceTaken(reference, '')
  return enterOpening(journal, context, row, opening)
}

/** Finds the customers and locks them, so that none is archived before the accounts are written. */
async function lockCustomers(connection: Connection, commands: AccountCommand[]): Promise<Map<Id, CustomerRow>> {
  if (isSpread(connection)) return lockOneByOne(connection, commands)
  const ids = [...new Set(commands.map(({ customer_id }) => customer_id))]
  const { rows } = await connection.query<CustomerRow>({
    name: 'share-customers',
    text: `${objectSelect.customer}
      where e.id = any ($1::uuid[]) and e.bucket = any ($2::integer[]) and e.environment_id = any ($3::integer[])
      order by e.id for share of e`,
    values: [
      uuidArray(ids),
      integerArray([...new Set(ids.map(bucketOf))]),
      integerArray([...new Set(commands.map(({ context }) => context.environment.id))]),
    ],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** In the same order: where tables are spread over machines a lock is for one bucket. The statements travel together. */
async function lockOneByOne(connection: Connection, commands: AccountCommand[]): Promise<Map<Id, CustomerRow>> {
  const environments = new Map(commands.map(({ customer_id, context }) => [customer_id, context.environment.id]))
  const sorted = [...environments].sort(([one], [other]) => (one < other ? -1 : 1))
  const rows = await Promise.all(
    sorted.map(([id, environment]) => findById(connection, environment, 'customer', id, { lock: 'share' })),
  )
  return new Map(rows.filter((row) => row !== undefined).map((row) => [row.id, row]))
}

/**
 * Stores the responses, and releases the keys and references of accounts that were not created, so that no claim is
 * orphaned.
 */
function resolveClaims(
  connection: Connection,
  started: StartedAccount[],
  outcomes: AccountOutcome[],
  named: Set<Id>,
  rows: AccountRow[],
): Promise<void>[] {
  const made = new Set(rows.map(({ id }) => id))
  const resolved = started.flatMap(({ command: { context } }, index): ResolvedKey[] => {
    const outcome = outcomes[index] as AccountOutcome
    if (!context.idempotency || outcome.kind === 'key_lost') return []
    const response = outcome.kind === 'responded' ? outcome.response : undefined
    return [{ claim: context.idempotency, response: response && { ...response, body: storedBody(response) } }]
  })
  const unused = started.filter(({ id }) => named.has(id) && !made.has(id)).map(({ reference }) => reference)
  return [...resolveKeys(connection, resolved), releaseExternalReferences(connection, unused)]
}

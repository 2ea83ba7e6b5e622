import { recordChange } from '../../audit/record.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { type Id, newId } from '../../core/id/id.ts'
import { changeRules } from '../../core/payment-rules.ts'
import type { Connection } from '../../database/pool.ts'
import { Journal } from '../../ledger/journal.ts'
import { followRules } from '../../ledger/store.ts'
import { createCustomer } from '../customer/service.ts'
import { auditedDifference } from '../object/audited.ts'
import { applyBalancePatch, newRow, refuseClosedOpening } from '../object/balance.ts'
import { isUnchanged } from '../object/changed.ts'
import { tellObject } from '../object/event.ts'
import { claimExternalReference } from '../object/external-references.ts'
import { lockObject } from '../object/lock.ts'
import { enterOpening, openingOf } from '../object/opening.ts'
import { parentOf } from '../object/parent.ts'
import type { AccountRow, CustomerRow } from '../object/rows.ts'
import { accounts } from './resource.ts'
import type { CreateAccount, UpdateAccount } from './schema.ts'
import { insertAccounts, updateAccountRow } from './store.ts'

/** The customer that a body names: by id, by reference, or as a new one, which is created here. */
export function customerOf(
  connection: Connection,
  context: RequestContext,
  named: CreateAccount['customer'],
  pointer: string,
): Promise<CustomerRow> {
  return typeof named === 'string'
    ? parentOf(connection, context, 'customer', named, pointer)
    : createCustomer(connection, context, named, pointer)
}

/**
 * Creates an account under a customer that exists, or under a new one that is created first: all or nothing. Throws
 * `not_found`, `archived`, `external_reference_taken`, `currency_required` or `invalid_payment_rules`.
 */
export async function createAccount(
  connection: Connection,
  context: RequestContext,
  input: CreateAccount,
): Promise<AccountRow> {
  const customer = await customerOf(connection, context, input.customer, '/customer')
  return createAccountUnder(connection, context, customer, input)
}

/** A new account's row under a customer, before anything is written. Throws `invalid_payment_rules`. */
export function newAccount(
  context: RequestContext,
  customer: CustomerRow,
  id: Id,
  input: Omit<CreateAccount, 'customer'>,
  pointer = '',
): AccountRow {
  const inherited = [context.environment.payment_rules, customer.payment_rules]
  return {
    kind: 'account',
    account_id: id,
    ...newRow(id, context),
    customer_id: customer.id,
    external_reference: input.external_reference,
    name: input.name ?? null,
    currency: input.currency ?? null,
    payment_rules: changeRules(inherited, {}, input.payment_rules, pointer),
    customer_rules: customer.payment_rules,
    metadata: input.metadata ?? {},
  }
}

/** Creates an account under a customer. `pointer` locates its fields in the body of a composite create. */
export async function createAccountUnder(
  connection: Connection,
  context: RequestContext,
  customer: CustomerRow,
  input: Omit<CreateAccount, 'customer'>,
  pointer = '',
): Promise<AccountRow> {
  const id = newId(customer.bucket, context.now.getTime())
  const row = newAccount(context, customer, id, input, pointer)
  const opening = openingOf(input, context.now, pointer)
  await refuseClosedOpening(connection, context, opening, pointer)
  const journal = new Journal(context.now)
  const opened = enterOpening(journal, context, row, opening)
  await Promise.all([
    claimExternalReference(connection, context.environment.id, 'account', input.external_reference, id, pointer),
    insertAccounts(connection, [row], context.now),
    recordChange(connection, context, { action: 'created', object_kind: 'account', object_id: id }),
    journal.write(connection),
    tellObject(connection, context, accounts, 'account.created', opened.row, opened.entered),
  ])
  return opened.row
}

/**
 * Changes the fields that were sent. Throws `archived`, `precondition_failed`, `currency_fixed`, `metadata_too_large`
 * or `invalid_payment_rules`.
 */
export async function updateAccount(
  connection: Connection,
  app: Pick<AppContext, 'vault'>,
  context: RequestContext,
  idOrReference: string,
  patch: UpdateAccount,
  ifMatch: string | undefined,
): Promise<AccountRow> {
  const held = await lockObject(connection, context.environment.id, 'account', idOrReference, { ifMatch })
  const { row, entered } = await applyBalancePatch(connection, context, held, patch)
  if (isUnchanged(held.row, row)) return held.row
  await updateAccountRow(connection, row)
  const difference = auditedDifference(app, held.row, row)
  await recordChange(connection, context, {
    action: 'updated',
    object_kind: 'account',
    object_id: row.id,
    ...difference,
  })
  await tellObject(connection, context, accounts, 'account.updated', row, entered)
  if (patch.payment_rules !== undefined) await followRules(connection, row)
  return row
}

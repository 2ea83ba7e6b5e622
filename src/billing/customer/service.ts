import { recordChange } from '../../audit/record.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { newId, randomBucket } from '../../core/id/id.ts'
import { canonicalLocale } from '../../core/locale.ts'
import { changeRules } from '../../core/payment-rules.ts'
import type { Connection } from '../../database/pool.ts'
import { Journal } from '../../ledger/journal.ts'
import { followRules } from '../../ledger/store.ts'
import { auditedDifference } from '../object/audited.ts'
import { applyBalancePatch, newRow, refuseClosedOpening } from '../object/balance.ts'
import { isUnchanged } from '../object/changed.ts'
import { tellObject } from '../object/event.ts'
import { claimExternalReference } from '../object/external-references.ts'
import { lockObject } from '../object/lock.ts'
import { enterOpening, openingOf } from '../object/opening.ts'
import type { CustomerRow } from '../object/rows.ts'
import { customers } from './resource.ts'
import type { CreateCustomer, UpdateCustomer } from './schema.ts'
import { insertCustomer, updateCustomerRow } from './store.ts'

/**
 * Creates a customer, and its balance if it has one. `pointer` locates its fields in the body of a composite create.
 * Throws `external_reference_taken`, `currency_required` or `invalid_payment_rules`.
 */
export async function createCustomer(
  connection: Connection,
  context: RequestContext,
  input: CreateCustomer,
  pointer = '',
): Promise<CustomerRow> {
  const id = newId(randomBucket(), context.now.getTime())
  const row: CustomerRow = {
    kind: 'customer',
    customer_id: id,
    account_id: null,
    ...newRow(id, context),
    external_reference: input.external_reference,
    name: input.name ?? null,
    email: input.email ?? null,
    phone: input.phone ?? null,
    locale: localeOf(input.locale),
    currency: input.currency ?? null,
    payment_rules: changeRules([context.environment.payment_rules], {}, input.payment_rules, pointer),
    metadata: input.metadata ?? {},
    pseudonymised_at: null,
  }
  const opening = openingOf(input, context.now, pointer)
  await refuseClosedOpening(connection, context, opening, pointer)
  const journal = new Journal(context.now)
  const opened = enterOpening(journal, context, row, opening)
  await Promise.all([
    claimExternalReference(connection, context.environment.id, 'customer', input.external_reference, id, pointer),
    insertCustomer(connection, row),
    recordChange(connection, context, { action: 'created', object_kind: 'customer', object_id: id }),
    journal.write(connection),
    tellObject(connection, context, customers, 'customer.created', opened.row, opened.entered),
  ])
  return opened.row
}

/**
 * Changes the fields that were sent. Throws `archived`, `precondition_failed`, `currency_fixed`, `metadata_too_large`
 * or `invalid_payment_rules`.
 */
export async function updateCustomer(
  connection: Connection,
  app: Pick<AppContext, 'vault'>,
  context: RequestContext,
  idOrReference: string,
  patch: UpdateCustomer,
  ifMatch: string | undefined,
): Promise<CustomerRow> {
  const held = await lockObject(connection, context.environment.id, 'customer', idOrReference, { ifMatch })
  const { row: changed, entered } = await applyBalancePatch(connection, context, held, patch)
  const row = {
    ...changed,
    email: patch.email === undefined ? changed.email : patch.email,
    phone: patch.phone === undefined ? changed.phone : patch.phone,
    locale: patch.locale === undefined ? changed.locale : localeOf(patch.locale),
  }
  if (isUnchanged(held.row, row)) return held.row
  await updateCustomerRow(connection, row)
  const difference = auditedDifference(app, held.row, row)
  await recordChange(connection, context, {
    action: 'updated',
    object_kind: 'customer',
    object_id: row.id,
    ...difference,
  })
  await tellObject(connection, context, customers, 'customer.updated', row, entered)
  if (patch.payment_rules !== undefined) await followRules(connection, { ...row, customer_id: row.id })
  return row
}

/** The column of a locale that was sent. */
function localeOf(sent: string | null | undefined): string | null {
  return sent ? (canonicalLocale(sent) ?? null) : null
}

import { z } from 'zod'
import { dateIn } from '../../core/clock.ts'
import type { ChangeContext } from '../../api/context.ts'
import { etagOf } from '../../api/etag.ts'
import type { Platform } from '../../api/platform.ts'
import { idOrReference } from '../../shapes/primitives.ts'
import type { Answer } from '../../api/idempotency.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'
import { account } from '../account/schema.ts'
import { bill } from '../bill/schema.ts'
import { customer } from '../customer/schema.ts'
import type { Rows } from './rows.ts'
import { renderAccount, renderBill, renderCustomer } from './render.ts'

/** What an object is shown in: who asks, and when. */
export type View = { platform: Pick<Platform, 'vault' | 'publicUrl'>; context: ChangeContext }

/** One of the three kinds of objects of Billing, and how the API shows it. */
export type Resource<Kind extends ReceivableKind> = {
  kind: Kind
  /** As the names of its operations, and their sentences, have it. */
  name: { one: string; many: string; article: string }
  url: string
  shape: z.ZodType
  render(view: View, row: Rows[Kind]): Record<string, unknown>
}

export const customers: Resource<'customer'> = {
  kind: 'customer',
  name: { one: 'Customer', many: 'Customers', article: 'a customer' },
  url: '/billing/customers',
  shape: customer,
  render: ({ platform, context: { environment } }, row) => renderCustomer({ platform, environment }, row),
}

export const accounts: Resource<'account'> = {
  kind: 'account',
  name: { one: 'Account', many: 'Accounts', article: 'an account' },
  url: '/billing/accounts',
  shape: account,
  render: ({ platform, context: { environment } }, row) => renderAccount({ platform, environment }, row),
}

export const bills: Resource<'bill'> = {
  kind: 'bill',
  name: { one: 'Bill', many: 'Bills', article: 'a bill' },
  url: '/billing/bills',
  shape: bill,
  render: ({ platform, context: { environment, now } }, row) =>
    renderBill({ platform, environment, today: dateIn(environment.time_zone, now) }, row),
}

/** The path parameter of one object, named after its kind as the paths of the API name it. */
export function objectParams<Kind extends ReceivableKind>(kind: Kind): z.ZodType<Record<Kind, string>> {
  return z.object({ [kind]: idOrReference }) as unknown as z.ZodType<Record<Kind, string>>
}

/** The answer that shows one object, with its ETag. */
export function answerObject<Kind extends ReceivableKind>(
  resource: Resource<Kind>,
  view: View,
  row: Rows[Kind],
  status = 200,
): Answer {
  return { status, body: JSON.stringify(resource.render(view, row)), etag: etagOf(row) }
}

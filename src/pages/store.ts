import { type BillRow, objectSelect, type Rows } from '../billing/object/rows.ts'
import { payableRules } from '../billing/object/rules.ts'
import type { RequestEnvironment } from '../context.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { toNumber } from '../core/money.ts'
import type { ObjectKind } from '../core/page-link.ts'
import { type PayableRange, type PaymentRules, payableRange } from '../core/payment-rules.ts'
import type { Queryable } from '../database/pool.ts'

/** A customer, an account or a bill as its page presents it: whose it is, what is owed, and what may be paid. */
export type PageSubject = {
  environment: RequestEnvironment
  kind: ObjectKind
  id: Id
  customer_id: Id
  link_version: number
  archived: boolean
  external_reference: string
  customer_name: string | null
  account_name: string | null
  /** Null when no balance is tracked: then it cannot be paid itself. Positive is owed. */
  balance: bigint | null
  currency: string | null
  rules: PaymentRules | undefined
  /** What may be paid now; `undefined` when nothing can be. */
  range: PayableRange | undefined
  bill: BillRow | undefined
}

type Surroundings = RequestEnvironment & { customer_name: string | null; account_name: string | null }

/**
 * Finds the subject of a hosted page by its id alone: a link names no environment, so that of the object is used. The
 * caller must verify the link before it shows anything of this. It is two statements that travel together, whether or
 * not the object exists.
 */
export async function findPageSubject(pool: Queryable, kind: ObjectKind, id: Id): Promise<PageSubject | undefined> {
  const values = [id, bucketOf(id)]
  const [around, found] = await Promise.all([
    pool.query<Surroundings>({ name: `find-${kind}-surroundings`, text: surroundings[kind], values }),
    pool.query<Rows[ObjectKind]>({
      name: `find-subject-${kind}`,
      text: `${objectSelect[kind]} where e.id = $1 and e.bucket = $2`,
      values,
    }),
  ])
  const [place] = around.rows
  const [row] = found.rows
  if (!place || !row) return undefined
  const { customer_name, account_name, ...environment } = place
  const bill = row.kind === 'bill' ? row : undefined
  const rules = payableRules(environment, row)
  return {
    environment,
    kind,
    id,
    customer_id: row.customer_id,
    link_version: row.link_version,
    archived: row.archived_at !== null,
    external_reference: row.external_reference,
    customer_name,
    account_name,
    balance: row.balance,
    currency: row.receivable_currency,
    rules,
    range: rules && row.balance !== null ? payableRange(rules, row.balance) : undefined,
    bill,
  }
}

const environmentColumns = `v.id, v.mode, v.time_zone, v.payment_rules, coalesce(v.display_name, m.name) as merchant_name, m.slug as merchant_slug`
const environmentJoin = 'join environment as v on v.id = e.environment_id join merchant as m on m.id = v.merchant_id'

const surroundings: Readonly<Record<ObjectKind, string>> = {
  customer: `select ${environmentColumns}, e.name as customer_name, null as account_name
    from customer as e ${environmentJoin} where e.id = $1 and e.bucket = $2`,
  account: `select ${environmentColumns}, c.name as customer_name, e.name as account_name
    from account as e ${environmentJoin} join customer as c on c.id = e.customer_id and c.bucket = e.bucket
    where e.id = $1 and e.bucket = $2`,
  bill: `select ${environmentColumns}, c.name as customer_name, a.name as account_name
    from bill as e ${environmentJoin} join customer as c on c.id = e.customer_id and c.bucket = e.bucket
    left join account as a on a.id = e.account_id and a.bucket = e.bucket
    where e.id = $1 and e.bucket = $2`,
}

/** What is owed on the page's own object, in minor units; other debts have pages of their own. */
export function debtOf({ balance }: PageSubject): bigint {
  return balance !== null && balance > 0n ? balance : 0n
}

/** One thing that is owed, with what is needed to link to its page. */
export type AmountDueItem = {
  id: Id
  kind: ObjectKind
  currency: string
  balance: bigint
  external_reference: string
  account_name: string | null
  due_date: string | null
  link_version: number
}

/** The first items that are owed, by due date, and the totals over all of them, the currency of the object first. */
export type AmountsDue = { items: AmountDueItem[]; count: number; totals: { currency: string; amount: bigint }[] }

const shownMax = 15

/**
 * Everything that a customer owes, or that is owed on an account: balances and bills are separate debts, and the totals
 * cover all of them. For a bill it is that bill alone.
 */
export async function listAmountsDue(pool: Queryable, subject: PageSubject): Promise<AmountsDue> {
  const { environment, kind, id } = subject
  const values = [environment.id, id, bucketOf(id)]
  const [items, totals] = await Promise.all([
    pool.query<AmountDueItem>({ name: `list-amounts-due-of-${kind}`, text: amountsDueSql(kind), values }),
    pool.query<{ currency: string; amount: bigint; count: bigint }>({
      name: `sum-amounts-due-of-${kind}`,
      text: `select r.currency, sum(r.balance) as amount, count(*) as count
        from receivable as r where ${dueFrom[kind]} group by r.currency order by r.currency <> $4, r.currency`,
      values: [...values, subject.currency ?? ''],
    }),
  ])
  return {
    items: items.rows,
    count: totals.rows.reduce((sum, { count }) => sum + toNumber(count), 0),
    totals: totals.rows.map(({ currency, amount }) => ({ currency, amount })),
  }
}

const isDue = `r.environment_id = $1 and r.bucket = $3 and r.balance > 0 and (r.status is null or r.status = 'unpaid')`

const dueFrom: Readonly<Record<ObjectKind, string>> = {
  customer: `r.customer_id = $2 and ${isDue}`,
  account: `r.account_id = $2 and ${isDue}`,
  bill: `r.id = $2 and ${isDue}`,
}

function amountsDueSql(kind: ObjectKind): string {
  return `select r.id, r.kind, r.currency, r.balance, a.name as account_name, b.due_date,
      coalesce(b.external_reference, case when r.kind = 'account' then a.external_reference end, c.external_reference)
        as external_reference,
      case r.kind when 'bill' then b.link_version when 'account' then a.link_version else c.link_version end as link_version
    from receivable as r
    join customer as c on c.id = r.customer_id and c.bucket = r.bucket
    left join account as a on a.id = r.account_id and a.bucket = r.bucket
    left join bill as b on r.kind = 'bill' and b.id = r.id and b.bucket = r.bucket
    where ${dueFrom[kind]}
    order by b.due_date nulls first, r.id limit ${shownMax}`
}

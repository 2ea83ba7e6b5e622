import { type BillRow, objectSelect, type Rows } from '../billing/object/rows.ts'
import { payableRules } from '../billing/object/rules.ts'
import type { RequestEnvironment } from '../context.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import type { NamedPage, ObjectKind } from '../core/page-link.ts'
import { type PayableRange, type PaymentRules, payableRange } from '../core/payment-rules.ts'
import type { Queryable } from '../database/pool.ts'
import type { Face, FaceTexts } from '../html/face.ts'
import type { Spoken } from '../html/language/choose.ts'
import { faceColumns } from '../merchant/settings/store.ts'

/** A customer, an account or a bill as its page presents it: whose it is, what is owed, and what may be paid. */
export type PageSubject = Spoken & {
  environment: RequestEnvironment
  face: Face
  /** The parameters of a link that the merchant keeps. */
  tracked_parameters: string[]
  kind: ObjectKind
  id: Id
  customer_id: Id
  customer_link_version: number
  account_id: Id | null
  account_link_version: number | null
  link_version: number
  /** When the link ends that it was found by: that of somebody without a permanent one, who must not see one here. */
  guest_until: Date | undefined
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

type Surroundings = RequestEnvironment &
  Spoken & { face: FaceTexts } & Pick<Face, 'logo'> &
  Pick<
    PageSubject,
    'tracked_parameters' | 'customer_name' | 'customer_link_version' | 'account_name' | 'account_link_version'
  >

/**
 * Finds the subject of a hosted page by its id alone: a link names no environment, so that of the object is used. The
 * caller must verify the link before it shows anything of this. It is two statements that travel together, whether or
 * not the object exists.
 */
export async function findPageSubject(
  pool: Queryable,
  { kind, id, expires_at }: NamedPage,
): Promise<PageSubject | undefined> {
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
  const { customer_name, customer_link_version, account_name, account_link_version, ...others } = place
  const { face, logo, locale, languages, customer_locale, tracked_parameters, ...environment } = others
  const bill = row.kind === 'bill' ? row : undefined
  const rules = payableRules(environment, row)
  return {
    environment,
    face: { ...face, logo },
    locale,
    languages,
    customer_locale,
    tracked_parameters,
    kind,
    id,
    customer_id: row.customer_id,
    customer_link_version,
    account_id: row.account_id,
    account_link_version,
    link_version: row.link_version,
    guest_until: expires_at,
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

const environmentColumns = `v.id, v.mode, v.time_zone, v.payment_rules, v.credit, v.locale, v.languages, v.tracked_parameters,
  coalesce(v.display_name, m.name) as merchant_name, m.slug as merchant_slug, ${faceColumns('v')}`
const environmentJoin = 'join environment as v on v.id = e.environment_id join merchant as m on m.id = v.merchant_id'

const surroundings: Readonly<Record<ObjectKind, string>> = {
  customer: `select ${environmentColumns}, e.name as customer_name, e.locale as customer_locale, e.link_version as customer_link_version,
      null as account_name, null as account_link_version
    from customer as e ${environmentJoin} where e.id = $1 and e.bucket = $2`,
  account: `select ${environmentColumns}, c.name as customer_name, c.locale as customer_locale, c.link_version as customer_link_version,
      e.name as account_name, e.link_version as account_link_version
    from account as e ${environmentJoin} join customer as c on c.id = e.customer_id and c.bucket = e.bucket
    where e.id = $1 and e.bucket = $2`,
  bill: `select ${environmentColumns}, c.name as customer_name, c.locale as customer_locale, c.link_version as customer_link_version,
      a.name as account_name, a.link_version as account_link_version
    from bill as e ${environmentJoin} join customer as c on c.id = e.customer_id and c.bucket = e.bucket
    left join account as a on a.id = e.account_id and a.bucket = e.bucket
    where e.id = $1 and e.bucket = $2`,
}

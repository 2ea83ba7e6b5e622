import type { AppContext, RequestEnvironment } from '../../context.ts'
import { bucketOfValue } from '../../core/bucket.ts'
import { codeHash } from '../../core/checkout-code.ts'
import { bucketOf, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { isSpread, type Pool } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { Face, FaceTexts } from '../../html/face.ts'
import type { Spoken } from '../../html/language/choose.ts'
import type { CheckoutRow } from '../../ledger/checkouts/checkout.ts'

const findCodeSql = loadSql(import.meta.url, './sql/find-code.sql')
const findCheckoutByCodeSql = loadSql(import.meta.url, './sql/find-checkout-by-code.sql')

/** A request or session as its page presents it: whose it is, who is to pay, and how the merchant shows itself. */
export type CheckoutSubject = Spoken & {
  row: CheckoutRow
  environment: RequestEnvironment
  face: Face
  /** The parameters of a link that the merchant keeps. */
  tracked_parameters: string[]
  customer_name: string | null
}

type Found = CheckoutRow &
  Spoken & {
    environment: RequestEnvironment
    face: FaceTexts
    customer_name: string | null
    tracked_parameters: string[]
  } & Pick<Face, 'logo'>

/** Whose door a page is: a request's or a session's, with its code, and who is before it. */
export type Door = { kind: CheckoutRow['kind']; code: string; address: string }

/**
 * Opens the page of a code. Throws the same `not_found` for each that does not work, also behind the other door, and
 * `rate_limited` for whoever tries too many of them: of 2 to the power of 71 codes an address tries a hundred wrong ones in an hour.
 */
export async function openCheckout(
  { pool, vault, limits }: Pick<AppContext, 'pool' | 'vault' | 'limits'>,
  { kind, code, address }: Door,
): Promise<CheckoutSubject> {
  await limits.take('dead_link', address)
  const hash = codeHash(vault, code)
  const found = hash ? await findByCode(pool, hash) : undefined
  if (found?.kind !== kind) {
    throw new Problem('not_found', 'This link does not work.')
  }
  limits.giveBack('dead_link', address)
  const { environment, face, logo, locale, languages, tracked_parameters, customer_name, customer_locale, ...row } =
    found
  const spoken = { locale, languages, customer_locale }
  return { row, environment, face: { ...face, logo }, ...spoken, tracked_parameters, customer_name }
}

/** A code need not lie on the machine of what it opens: where tables are spread it is looked up first, so that each is asked of one machine. */
async function findByCode(pool: Pool, hash: string): Promise<Found | undefined> {
  const bucket = bucketOfValue(hash)
  const place = isSpread(pool) ? await findPlace(pool, hash, bucket) : [hash, bucket]
  if (place === undefined) return undefined
  const { rows } = await pool.query<Found>({ ...findCheckoutByCodeSql, values: place })
  return rows[0]
}

async function findPlace(pool: Pool, hash: string, bucket: number): Promise<[Id, number] | undefined> {
  const { rows } = await pool.query<{ checkout_id: Id }>({ ...findCodeSql, values: [hash, bucket] })
  const id = rows[0]?.checkout_id
  return id === undefined ? undefined : [id, bucketOf(id)]
}

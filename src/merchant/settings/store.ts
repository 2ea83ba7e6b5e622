import { required } from '../../core/assert.ts'
import type { CreditSetting } from '../../core/credit-setting.ts'
import type { PaymentRuleOverrides } from '../../core/payment-rules.ts'
import type { Queryable } from '../../database/pool.ts'
import type { FaceTexts, Logo } from '../../html/face.ts'
import type { LanguageTag } from '../../html/language/languages.ts'
import type { GuestLookup } from './guest-lookup.ts'

/** The settings of an environment, and what is shown beside them. */
export type SettingsRow = {
  mode: 'test' | 'live'
  slug: string
  merchant_name: string
  display_name: string | null
  face: FaceTexts
  logo: Logo | null
  guest_lookup: GuestLookup | null
  time_zone: string
  locale: string
  languages: LanguageTag[]
  payment_rules: PaymentRuleOverrides
  session_lifetime_h: number
  tracked_parameters: string[]
  receipt_requests: boolean
  credit: CreditSetting
  books_closed_until: string | null
  books_open_from: Date | null
  version: bigint
}

/** The columns of a face: its texts, and of its logo all but the bytes. The environment is `alias`. */
export function faceColumns(alias: string): string {
  return `${alias}.face, (select json_build_object('sha256', encode(sha256, 'hex'), 'width', width, 'height', height)
    from logo where environment_id = ${alias}.id) as logo`
}

/** Reads the settings of an environment; `lock` locks them against other changes until the transaction ends. */
export async function readSettings(
  database: Queryable,
  environmentId: number,
  options: { lock?: boolean } = {},
): Promise<SettingsRow> {
  const { rows } = await database.query<SettingsRow>({
    name: options.lock ? 'lock-settings' : 'read-settings',
    text: `select e.mode, m.slug, m.name as merchant_name, e.display_name, ${faceColumns('e')}, e.guest_lookup, e.time_zone,
        e.locale, e.languages, e.payment_rules, e.session_lifetime_h, e.tracked_parameters, e.receipt_requests, e.credit,
        e.books_closed_until, e.books_open_from, e.version
      from environment as e join merchant as m on m.id = e.merchant_id
      where e.id = $1 ${options.lock ? 'for no key update of e' : ''}`,
    values: [environmentId],
  })
  return required(rows[0], 'the environment of a key exists')
}

/** Writes the settings. */
export async function writeSettings(database: Queryable, environmentId: number, row: SettingsRow): Promise<void> {
  await database.query({
    name: 'write-settings',
    text: `update environment set display_name = $2, time_zone = $3, payment_rules = $4, version = $5, face = $6,
        guest_lookup = $7, session_lifetime_h = $8, locale = $9, languages = $10, tracked_parameters = $11,
        receipt_requests = $12, credit = $13, books_closed_until = $14, books_open_from = $15
      where id = $1`,
    values: [
      environmentId,
      row.display_name,
      row.time_zone,
      row.payment_rules,
      row.version,
      row.face,
      row.guest_lookup,
      row.session_lifetime_h,
      row.locale,
      row.languages,
      row.tracked_parameters,
      row.receipt_requests,
      row.credit,
      row.books_closed_until,
      row.books_open_from,
    ],
  })
}

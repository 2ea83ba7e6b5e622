import { required } from '../../core/assert.ts'
import type { PaymentRuleOverrides } from '../../core/payment-rules.ts'
import type { Queryable } from '../../database/pool.ts'
import type { LanguageTag } from '../../html/language/languages.ts'

/** The settings of an environment, and what is shown beside them. */
export type SettingsRow = {
  mode: 'test' | 'live'
  slug: string
  merchant_name: string
  display_name: string | null
  time_zone: string
  locale: string
  languages: LanguageTag[]
  payment_rules: PaymentRuleOverrides
  version: bigint
}

/** Reads the settings of an environment; `lock` locks them against other changes until the transaction ends. */
export async function readSettings(
  database: Queryable,
  environmentId: number,
  options: { lock?: boolean } = {},
): Promise<SettingsRow> {
  const { rows } = await database.query<SettingsRow>({
    name: options.lock ? 'lock-settings' : 'read-settings',
    text: `select e.mode, m.slug, m.name as merchant_name, e.display_name, e.time_zone, e.locale, e.languages,
        e.payment_rules, e.version
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
    text: `update environment set display_name = $2, time_zone = $3, locale = $4, languages = $5, payment_rules = $6,
        version = $7 where id = $1`,
    values: [environmentId, row.display_name, row.time_zone, row.locale, row.languages, row.payment_rules, row.version],
  })
}

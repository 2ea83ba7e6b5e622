import type { z } from 'zod'
import { checkIfMatch, etagOf } from '../../api/etag.ts'
import { recordChange } from '../../audit/record.ts'
import type { RequestContext } from '../../context.ts'
import { canonicalLocale } from '../../core/locale.ts'
import { changeRules, effectiveRules, formatRules } from '../../core/payment-rules.ts'
import type { Connection } from '../../database/pool.ts'
import type { settings, UpdateSettings } from './schema.ts'
import { readSettings, type SettingsRow, writeSettings } from './store.ts'
import { canonicalTimeZone } from './time-zone.ts'

/** The response that shows the settings, with their ETag. */
export function respondSettings(row: SettingsRow): { status: 200; body: z.input<typeof settings>; etag: string } {
  const body = {
    mode: row.mode,
    merchant: row.slug,
    name: row.display_name ?? row.merchant_name,
    time_zone: row.time_zone,
    locale: row.locale,
    languages: row.languages,
    payment_rules: formatRules(effectiveRules(row.payment_rules)),
  }
  return { status: 200, body, etag: settingsEtag(row) }
}

function settingsEtag({ version }: SettingsRow): string {
  return etagOf({ version, receivable_version: null })
}

/** Changes the settings that were sent. Throws `precondition_failed` or `invalid_payment_rules`. */
export async function updateSettings(
  connection: Connection,
  context: RequestContext,
  patch: UpdateSettings,
  ifMatch: string | undefined,
): Promise<SettingsRow> {
  const { environment } = context
  const row = await readSettings(connection, environment.id, { lock: true })
  checkIfMatch(ifMatch, settingsEtag(row))
  const changed: SettingsRow = {
    ...row,
    display_name: patch.name === undefined ? row.display_name : patch.name,
    time_zone: (patch.time_zone && canonicalTimeZone(patch.time_zone)) ?? row.time_zone,
    locale: (patch.locale && canonicalLocale(patch.locale)) ?? row.locale,
    languages: patch.languages ?? row.languages,
    payment_rules: changeRules([], row.payment_rules, patch.payment_rules),
    version: row.version + 1n,
  }
  await writeSettings(connection, environment.id, changed)
  await recordChange(connection, context, { action: 'updated', object_kind: 'settings', object_id: null })
  return changed
}

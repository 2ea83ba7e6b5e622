import { changeRules, effectiveRules, showRules } from '../../core/payment-rules.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../../api/context.ts'
import { checkIfMatch, etagOf } from '../../api/etag.ts'
import type { Answer } from '../../api/idempotency.ts'
import type { UpdateSettings } from './schema.ts'
import { readSettings, type SettingsRow, writeSettings } from './store.ts'
import { canonicalTimeZone } from './time-zone.ts'

/** The answer that shows the settings, with their ETag. */
export function answerSettings(row: SettingsRow): Answer {
  const shown = {
    mode: row.mode,
    merchant: row.slug,
    name: row.display_name ?? row.merchant_name,
    time_zone: row.time_zone,
    payment_rules: showRules(effectiveRules(row.payment_rules)),
  }
  return { status: 200, body: JSON.stringify(shown), etag: settingsEtag(row) }
}

function settingsEtag({ version }: SettingsRow): string {
  return etagOf({ version, receivable_version: null })
}

/** Changes the settings that were sent. Throws `precondition_failed` or `invalid_payment_rules`. */
export async function updateSettings(
  connection: Connection,
  { environment }: ChangeContext,
  patch: UpdateSettings,
  ifMatch: string | undefined,
): Promise<SettingsRow> {
  const row = await readSettings(connection, environment.id, { lock: true })
  checkIfMatch(ifMatch, settingsEtag(row))
  const changed: SettingsRow = {
    ...row,
    display_name: patch.name === undefined ? row.display_name : patch.name,
    time_zone: (patch.time_zone && canonicalTimeZone(patch.time_zone)) ?? row.time_zone,
    payment_rules: changeRules([], row.payment_rules, patch.payment_rules),
    version: row.version + 1n,
  }
  await writeSettings(connection, environment.id, changed)
  return changed
}

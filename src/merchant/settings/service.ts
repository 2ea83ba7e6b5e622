import type { z } from 'zod'
import { checkIfMatch, etagOf } from '../../api/etag.ts'
import { recordChange } from '../../audit/record.ts'
import { type AuditedValues, differenceOf } from '../../audit/values.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { canonicalLocale } from '../../core/locale.ts'
import { changeRules, effectiveRules, formatRules } from '../../core/payment-rules.ts'
import type { Connection } from '../../database/pool.ts'
import { logoPath } from '../../html/face.ts'
import { changeClosing } from './closing.ts'
import { changeFace } from './face.ts'
import { guestPath } from './guest-lookup.ts'
import type { settings, UpdateSettings } from './schema.ts'
import { readSettings, type SettingsRow, writeSettings } from './store.ts'
import { canonicalTimeZone } from './time-zone.ts'

/** The response that shows the settings, with their ETag. */
export function respondSettings(
  app: Pick<AppContext, 'publicUrl'>,
  row: SettingsRow,
): { status: 200; body: z.input<typeof settings>; etag: string } {
  const body = {
    mode: row.mode,
    merchant: row.slug,
    name: shownName(row),
    ...row.face,
    ...(row.logo && { logo_url: app.publicUrl() + logoPath(row.logo) }),
    ...(row.guest_lookup && {
      guest_lookup: row.guest_lookup,
      guest_lookup_url: app.publicUrl() + guestPath(row.slug, row.mode),
    }),
    ...ownFields(row),
    ...(row.books_closed_until !== null && { books_closed_until: row.books_closed_until }),
  }
  return { status: 200, body, etag: settingsEtag(row) }
}

/** The settings that are shown as they are kept, by the names of the API. */
function ownFields(row: SettingsRow) {
  return {
    time_zone: row.time_zone,
    locale: row.locale,
    languages: row.languages,
    payment_rules: formatRules(effectiveRules(row.payment_rules)),
    payment_session_lifetime_hours: row.session_lifetime_h,
    tracked_parameters: row.tracked_parameters,
    receipt_requests: row.receipt_requests,
    credit: row.credit,
  }
}

/** The name that payers see. */
export function shownName({ display_name, merchant_name }: SettingsRow): string {
  return display_name ?? merchant_name
}

function settingsEtag({ version }: SettingsRow): string {
  return etagOf({ version, receivable_version: null })
}

/** The settings as they would be with what was sent. Throws `invalid_payment_rules` or `color_contrast`. */
export function changeSettings(row: SettingsRow, patch: UpdateSettings): SettingsRow {
  return {
    ...row,
    display_name: patch.name === undefined ? row.display_name : patch.name,
    face: changeFace(row.face, patch),
    guest_lookup: patch.guest_lookup === undefined ? row.guest_lookup : patch.guest_lookup,
    time_zone: (patch.time_zone && canonicalTimeZone(patch.time_zone)) ?? row.time_zone,
    locale: (patch.locale && canonicalLocale(patch.locale)) ?? row.locale,
    languages: patch.languages ?? row.languages,
    payment_rules: changeRules([], row.payment_rules, patch.payment_rules),
    session_lifetime_h: patch.payment_session_lifetime_hours ?? row.session_lifetime_h,
    tracked_parameters: patch.tracked_parameters ?? row.tracked_parameters,
    receipt_requests: patch.receipt_requests ?? row.receipt_requests,
    credit: patch.credit ?? row.credit,
  }
}

/** Reads the settings to change them. Throws `precondition_failed`. */
export async function lockSettings(
  connection: Connection,
  { environment }: RequestContext,
  ifMatch: string | undefined,
): Promise<SettingsRow> {
  const row = await readSettings(connection, environment.id, { lock: true })
  checkIfMatch(ifMatch, settingsEtag(row))
  return row
}

/** The settings as the audit trail shows them. Of a logo it is enough which one it was. */
function auditedSettings(row: SettingsRow): AuditedValues {
  return {
    name: shownName(row),
    ...row.face,
    logo: row.logo?.sha256,
    guest_lookup: row.guest_lookup,
    ...ownFields(row),
    books_closed_until: row.books_closed_until,
  }
}

/** Stores settings that were changed, as their next version. */
export async function storeSettings(
  connection: Connection,
  context: RequestContext,
  before: SettingsRow,
  changed: SettingsRow,
): Promise<SettingsRow> {
  const stored = { ...changed, version: changed.version + 1n }
  await writeSettings(connection, context.environment.id, stored)
  const difference = differenceOf(auditedSettings(before), auditedSettings(stored))
  await recordChange(connection, context, {
    action: 'updated',
    object_kind: 'settings',
    object_id: null,
    ...difference,
  })
  return stored
}

/** Changes the settings that were sent. Throws `precondition_failed`, `invalid_payment_rules`, `color_contrast` or `day_not_over`. */
export async function updateSettings(
  connection: Connection,
  context: RequestContext,
  patch: UpdateSettings,
  ifMatch: string | undefined,
): Promise<SettingsRow> {
  const row = await lockSettings(connection, context, ifMatch)
  const changed = changeSettings(row, patch)
  const closing = await changeClosing(connection, context, row, patch, changed.time_zone)
  return storeSettings(connection, context, row, { ...changed, ...closing })
}

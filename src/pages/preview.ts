import { z } from 'zod'
import type { Router } from '../api/fastify.ts'
import { operation } from '../api/operation.ts'
import type { AppContext, RequestContext } from '../context.ts'
import { dateIn } from '../core/clock.ts'
import { newId, randomBucket } from '../core/id/id.ts'
import { linkToken } from '../core/page-link.ts'
import { voiceFor } from '../html/language/choose.ts'
import { sendPage } from '../html/send.ts'
import { updateSettingsBody } from '../merchant/settings/schema.ts'
import { changeSettings, shownName } from '../merchant/settings/service.ts'
import { readSettings, type SettingsRow } from '../merchant/settings/store.ts'
import { waysFor } from '../payments/processor/registry.ts'
import { amountDuePage } from './amount-due-page.ts'
import { toDebt } from './debts/debt.ts'
import type { DebtRow } from './debts/store.ts'
import type { Owed } from './owed.ts'

/** `POST /settings/preview`: what payers would see with some settings. */
export function previewRoutes(router: Router, app: AppContext): void {
  operation(
    router,
    app,
    {
      method: 'POST',
      url: '/settings/preview',
      id: 'previewSettings',
      tag: 'Settings',
      scope: 'read',
      summary: 'Preview a page with other settings',
      description:
        'Takes what an update takes and stores nothing. The answer is the page of an invented account that owes, marked as a sample.',
      body: updateSettingsBody,
      responses: { 200: z.string().max(100_000) },
      media_type: 'text/html',
      errors: ['invalid_payment_rules', 'color_contrast', 'card_number'],
    },
    async ({ body, context }, reply) => {
      const settings = changeSettings(await readSettings(app.pool, context.environment.id), body)
      const owed = sampleOwed(context, settings)
      const { environment, kind, id } = owed.subject
      const ways = await waysFor(app, environment)
      const page = amountDuePage({
        owed,
        voice: voiceFor(nobody, owed.subject),
        payments: [],
        path: `/p/${linkToken(app.vault, kind, id, 0)}`,
        query: '',
        carried: {},
        page: 1,
        pages: 1,
        way_up: undefined,
        linkTo: () => '',
        ways,
        credit_offers: [],
        fieldsFor: ways.length > 0 ? () => [] : undefined,
      })
      return sendPage(reply, { ...page, sample: true, query: undefined })
    },
  )
}

// A request that wishes for no language, so that the page speaks that of the settings.
const nobody = { url: '', body: undefined, headers: {} }

/** An account that owes something, which is nowhere in the database. */
function sampleOwed({ now, environment }: RequestContext, settings: SettingsRow): Owed {
  const { time_zone, payment_rules, face, logo, locale, languages } = settings
  const id = newId(randomBucket(), now.getTime())
  const shown = { ...environment, merchant_name: shownName(settings), time_zone, payment_rules }
  const row: DebtRow = {
    kind: 'account',
    id,
    account_id: id,
    currency: 'ZAR',
    balance: 123_450n,
    external_reference: 'SAMPLE-1',
    account_name: 'Sample account',
    payment_rules: {},
    customer_rules: {},
    due_date: dateIn(time_zone, now),
    bill_date: null,
    description: null,
    link_version: 0,
    on_its_way: 0n,
  }
  const debt = toDebt({ environment: shown }, row, now)
  return {
    subject: {
      environment: shown,
      face: { ...face, logo },
      locale,
      languages,
      customer_locale: null,
      tracked_parameters: settings.tracked_parameters,
      kind: 'account',
      id,
      customer_id: id,
      customer_link_version: 0,
      account_id: id,
      account_link_version: 0,
      link_version: 0,
      guest_until: undefined,
      archived: false,
      external_reference: row.external_reference,
      customer_name: 'Sam Sample',
      account_name: row.account_name,
      balance: row.balance,
      currency: row.currency,
      rules: debt.rules,
      range: debt.range,
      bill: undefined,
    },
    debts: [debt],
    settled: undefined,
    totals: [{ currency: row.currency, owed: row.balance, count: 1, credit: 0n }],
    held: [],
    credits: [],
    announced: [],
    now,
  }
}

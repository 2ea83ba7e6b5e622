import type { Router } from '../api/fastify.ts'
import { operation } from '../api/operation.ts'
import type { AppContext } from '../context.ts'
import { openAgeing } from './ageing.ts'
import { openJournal } from './journal.ts'
import { openReceipts } from './receipts.ts'
import * as schema from './schema.ts'
import { sendReport } from './send.ts'
import { openTrialBalance } from './trial-balance.ts'

const tag = 'Reports'
const formats =
  'JSON, or CSV with `Accept: text/csv`: the members of a row in their order, behind a line of their names. Two reports are made at a time.'

/** What was received, what is owed and for how long, what each account of the ledger holds, and every entry. */
export function reportRoutes(router: Router, app: AppContext): void {
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/reports/receipts',
      id: 'reportReceipts',
      scope: 'read',
      tag,
      summary: 'Report the money that was received',
      description: `What arrived on the days of a span, whatever became of it later. Money that went on as another payment is counted once. ${formats}`,
      query: schema.receiptsQuery,
      responses: { 200: schema.receiptsReport },
      also_as: ['text/csv'],
      errors: ['report_too_long', 'amount_out_of_range'],
    },
    ({ query, context }, reply) => sendReport(app, reply, () => openReceipts(app, context, query)),
  )
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/reports/ageing',
      id: 'reportAgeing',
      scope: 'read',
      tag,
      summary: 'Report what customers owe, by how long it has been due',
      description: `By customer and currency, at the end of a day, as it is known now; whoever owes nothing is left out. ${formats}`,
      query: schema.ageingQuery,
      responses: { 200: schema.ageingReport },
      also_as: ['text/csv'],
      errors: ['amount_out_of_range'],
    },
    ({ query, context }, reply) => sendReport(app, reply, () => openAgeing(app, context, query)),
  )
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/reports/trial_balance',
      id: 'reportTrialBalance',
      scope: 'read',
      tag,
      summary: 'Report what each account of the ledger holds',
      description: `At the end of a day, of what had been recorded by \`known_at\`. The same question with a \`known_at\` of ten minutes ago or more has the same answer for ever. ${formats}`,
      query: schema.trialBalanceQuery,
      responses: { 200: schema.trialBalanceReport },
      also_as: ['text/csv'],
      errors: ['amount_out_of_range'],
    },
    ({ query, context }, reply) => sendReport(app, reply, () => openTrialBalance(app, context, query)),
  )
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/reports/journal',
      id: 'reportJournal',
      scope: 'read',
      tag,
      summary: 'Report every entry of the ledger',
      description: `By the day on which it was written, whatever day it counts on: each entry is in the report of one day, for ever. A day can be asked for about a quarter of an hour after its end. ${formats}`,
      query: schema.journalQuery,
      responses: { 200: schema.journalReport },
      also_as: ['text/csv'],
      errors: ['report_too_long', 'day_not_over'],
    },
    ({ query, context }, reply) => sendReport(app, reply, () => openJournal(app, context, query)),
  )
}

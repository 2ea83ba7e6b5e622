import { isDeepStrictEqual } from 'node:util'
import { allowedUrl } from '../../api/allowed-url.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { newId } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { BillRow, Particulars } from '../object/rows.ts'
import { requireSum } from './amounts.ts'
import type { UpdateBill } from './schema.ts'
import { insertEarlierParticulars } from './store.ts'

/** As they are sent: what is left out stays, `null` clears. */
type SentParticulars = Pick<UpdateBill, 'description' | 'lines' | 'document_url'>

/** What a PATCH may change of a bill until it is paid, and what is kept of it as it was before. */
type Kept = Particulars & Pick<BillRow, 'due_date'>

type App = Pick<AppContext, 'checkWebhookUrl'>

const none: Particulars = { description: null, lines: null, document_url: null }

/** What a new bill is for. Throws `invalid_lines` or `url_not_allowed`. */
export function newParticulars(app: App, sent: SentParticulars, amountDue: bigint): Particulars {
  return mergeParticulars(app, none, sent, amountDue)
}

/**
 * What a bill is for, and when it is due, after a PATCH. The bill of somebody who has paid stays as they have paid it. Throws
 * `bill_paid`, `invalid_dates`, `invalid_lines` or `url_not_allowed`.
 */
export function changeParticulars(app: App, row: BillRow, sent: SentParticulars & Pick<UpdateBill, 'due_date'>): Kept {
  const due_date = sent.due_date === undefined ? row.due_date : sent.due_date
  const changed = { ...mergeParticulars(app, row, sent, row.amount_due), due_date }
  const names = changedNames(row, changed)
  if (names.length > 0 && row.status === 'paid') {
    const detail = 'The bill is paid, so what it is for and when it is due no longer change.'
    const errors = names.map((name) => ({ pointer: `/${name}`, code: 'bill_paid', detail }))
    throw new Problem('bill_paid', detail, { errors })
  }
  if (names.includes('due_date') && due_date !== null && due_date < row.bill_date) {
    throw fieldProblem('invalid_dates', '/due_date', `It is earlier than the bill_date, ${row.bill_date}.`)
  }
  return changed
}

/** Keeps what a bill was for, and when it was due, before that was changed, if it was. */
export async function keepEarlier(
  connection: Connection,
  context: RequestContext,
  before: BillRow,
  after: Kept,
): Promise<void> {
  if (changedNames(before, after).length === 0) return
  await insertEarlierParticulars(connection, context, before, newId(before.bucket, context.now.getTime()))
}

const names = ['due_date', 'description', 'lines', 'document_url'] as const

function changedNames(before: Kept, after: Kept) {
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name]))
}

function mergeParticulars(app: App, before: Particulars, sent: SentParticulars, amountDue: bigint): Particulars {
  if (sent.lines) requireSum(sent.lines, amountDue)
  return {
    description: sent.description === undefined ? before.description : sent.description,
    lines: sent.lines === undefined ? before.lines : sent.lines,
    document_url: sent.document_url === undefined ? before.document_url : allowedDocumentUrl(app, sent.document_url),
  }
}

// Of the normal form, which may be longer than what was sent.
const urlLengthMax = 500

/** The address in its normal form. It is for the payer's browser alone, so it may have a fragment. */
function allowedDocumentUrl(app: App, sent: string | null): string | null {
  if (sent === null) return null
  const pointer = '/document_url'
  const url = allowedUrl(app, sent.replace(/#.*$/s, ''), pointer) + new URL(sent).hash
  if (url.length <= urlLengthMax) return url
  throw fieldProblem('url_not_allowed', pointer, `The URL must have at most ${urlLengthMax} characters.`)
}

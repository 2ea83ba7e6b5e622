import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import { queryOf, readPairs } from '../../api/url-encoded.ts'
import type { AppContext } from '../../context.ts'
import { dateIn } from '../../core/clock.ts'
import { toNumber } from '../../core/money.ts'
import { Problem } from '../../core/problem.ts'
import { askedParameter, voiceFor } from '../../html/language/choose.ts'
import { sendPage } from '../../html/send.ts'
import { withCarried } from '../carried.ts'
import { sumHeld } from '../debts/store.ts'
import { openLink } from '../link.ts'
import { canBePdf } from '../receipts/letters.ts'
import type { PageSubject } from '../subject.ts'
import { type Days, lastMonths, readDays } from './days.ts'
import { statementPage } from './page.ts'
import { makeStatementPdf, sendStatementPdf } from './pdf.ts'
import { readStatementPage } from './store.ts'
import { viewStatement } from './view.ts'

// Each takes some 200 bytes, and a page is to stay under 15 kB.
const pageMax = 20
/** A PDF has no more movements than these: it is made while its reader waits. */
export const pdfMax = 1_000

type Token = { Params: { token: string } }

/** `GET /p/{token}/statement`: what was moved in some days. A bill has none: its page says what it is made of. */
export async function showStatement(app: AppContext, request: FastifyRequest<Token>, reply: FastifyReply) {
  const { token } = request.params
  const subject = await openStatement(app, token)
  const voice = voiceFor(request, subject)
  const { statement, document } = voice.text
  const sent = sentIn(request)
  const today = dateIn(subject.environment.time_zone, app.clock.now())
  const days = readDays(sent, today)
  const { page, read } = await readAsked(app, subject, days, sent.page)
  const view = days && read && viewStatement({ subject, voice, days, ...read })
  const carried = askedParameter(voice)
  const pdf_path = days && withCarried(`/p/${token}/statement.pdf`, { ...days, lang: voice.language })
  const count = read?.count ?? 0
  return sendPage(
    reply,
    statementPage({
      subject,
      voice,
      path: `/p/${token}`,
      carried,
      days: days ?? { from: typed(sent.from), to: typed(sent.to) },
      choices: [
        [statement.thisMonth, lastMonths(today, 1)],
        [statement.lastThreeMonths, lastMonths(today, 3)],
      ],
      view,
      page,
      pages: Math.ceil(count / pageMax),
      count,
      pdf:
        count > pdfMax
          ? { why_not: statement.tooLong(pdfMax.toLocaleString(voice.locale)) }
          : view && pdf_path && canBePdf(view)
            ? { path: pdf_path }
            : { why_not: document.print },
    }),
    { status: view ? 200 : 422 },
  )
}

/** The page that is asked for; the first where there is no such page. */
async function readAsked(app: AppContext, subject: PageSubject, days: Days | undefined, sent = '') {
  const asked = /^[1-9]\d{0,5}$/.test(sent) ? Number(sent) : 1
  if (!days) return { page: 1, read: undefined }
  const read = await readShown(app, subject, days, { after: (asked - 1) * pageMax, limit: pageMax })
  if (asked === 1 || read.rows.length > 0) return { page: asked, read }
  return { page: 1, read: await readShown(app, subject, days, { after: 0, limit: pageMax }) }
}

/** What was typed for a day: as much as a day has. */
function typed(day = ''): string {
  return day.slice(0, '2026-01-31'.length)
}

/** `GET /p/{token}/statement.pdf`: all of the same as a file. Where it cannot be one, this leads to the page, which says why. */
export async function showStatementPdf(app: AppContext, request: FastifyRequest<Token>, reply: FastifyReply) {
  const { token } = request.params
  const subject = await openStatement(app, token)
  const voice = voiceFor(request, subject)
  const sent = sentIn(request)
  const days = readDays(sent, dateIn(subject.environment.time_zone, app.clock.now()))
  const read = days && (await readShown(app, subject, days, { after: 0, limit: pdfMax }))
  const view = read && read.count <= pdfMax && viewStatement({ subject, voice, days, ...read })
  if (!view || !canBePdf(view)) {
    const named = { from: typed(sent.from), to: typed(sent.to), ...askedParameter(voice) }
    return reply.redirect(withCarried(`/p/${token}/statement`, named), 303)
  }
  return sendStatementPdf(reply.header('vary', 'Accept-Language'), days, await makeStatementPdf(view, days, voice))
}

async function openStatement(app: AppContext, token: string): Promise<PageSubject> {
  const subject = await openLink(app, token)
  if (subject.kind === 'bill') throw new Problem('not_found', 'A bill has no statement.')
  return subject
}

function sentIn({ url }: FastifyRequest): Record<'from' | 'to' | 'page', string | undefined> {
  const sent = new Map(readPairs(queryOf(url), 'The query'))
  return { from: sent.get('from'), to: sent.get('to'), page: sent.get('page') }
}

/** Some movements of a statement, with how many there are, and what its customer has paid and is used for nothing. */
export async function readShown(
  { pool }: Pick<AppContext, 'pool'>,
  subject: PageSubject,
  days: Days,
  part: { after: number; limit: number },
) {
  const span = { ...days, time_zone: subject.environment.time_zone }
  const [read, held] = await Promise.all([
    readStatementPage(pool, subject, span, part),
    subject.kind === 'customer' ? sumHeld(pool, subject) : [],
  ])
  // A currency without movements stands on the first page.
  const rows = part.after === 0 ? read : read.filter(({ id }) => id !== null)
  return { rows, held, count: toNumber(read[0]?.count ?? 0n) }
}

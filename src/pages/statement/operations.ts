import type { FastifyReply, Router } from '../../api/fastify.ts'
import { accounts } from '../../billing/account/resource.ts'
import { customers } from '../../billing/customer/resource.ts'
import { statementOperation, statementTooLong } from '../../billing/history/statement.ts'
import type { Owner } from '../../billing/history/store.ts'
import type { AppContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { Problem } from '../../core/problem.ts'
import { voiceFor } from '../../html/language/choose.ts'
import { canBePdf } from '../receipts/letters.ts'
import { findPageSubject } from '../subject.ts'
import type { Days } from './days.ts'
import { makeStatementPdf, sendStatementPdf } from './pdf.ts'
import { pdfMax, readShown } from './show.ts'
import { viewStatement } from './view.ts'

/** The statements of customers and accounts in the API. They are here, above billing, since they come as the PDF of the payer too. */
export function statementRoutes(router: Router, app: AppContext): void {
  statementOperation(
    router,
    app,
    customers,
    {
      url: '/billing/customers/:customer/statement',
      id: 'retrieveCustomerStatement',
      summary: 'Retrieve a statement of a customer',
    },
    (reply, owner, days) => sendPdf(app, reply, { kind: 'customer', owner, days }),
  )
  statementOperation(
    router,
    app,
    accounts,
    {
      url: '/billing/accounts/:account/statement',
      id: 'retrieveAccountStatement',
      summary: 'Retrieve a statement of an account',
    },
    (reply, owner, days) => sendPdf(app, reply, { kind: 'account', owner, days }),
  )
}

type Asked = { kind: 'customer' | 'account'; owner: Owner; days: Days }

/** Sends the PDF that the payer has, in the language that the caller asks for, else that of the customer. */
async function sendPdf(app: AppContext, reply: FastifyReply, { kind, owner, days }: Asked): Promise<FastifyReply> {
  const found = await findPageSubject(app.pool, { kind, id: owner.id, expires_at: undefined })
  const subject = required(found, 'the object of the statement exists')
  const voice = voiceFor(reply.request, subject)
  const read = await readShown(app, subject, days, { after: 0, limit: pdfMax })
  if (read.count > pdfMax) throw statementTooLong()
  const view = viewStatement({ subject, voice, days, ...read })
  if (!canBePdf(view)) {
    const detail =
      'A name is in letters that the PDF does not have. The page of the payer shows it, and can be printed.'
    throw new Problem('not_supported', detail)
  }
  return sendStatementPdf(
    reply.header('vary', 'Accept, Accept-Language'),
    days,
    await makeStatementPdf(view, days, voice),
  )
}

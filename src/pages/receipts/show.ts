import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import { readReceiptToken, receiptPath } from '../../core/receipt-address.ts'
import { askedParameter, voiceFor } from '../../html/language/choose.ts'
import { sendPage } from '../../html/send.ts'
import { findReceipt, listSince, type StoredReceipt } from '../../payments/receipt/store.ts'
import { withCarried } from '../carried.ts'
import { canBePdf } from './letters.ts'
import { receiptPage, type SendForm } from './page.ts'
import { makePdf, pdfName } from './pdf.ts'
import { viewReceipt } from './view.ts'

/** The receipt that a token opens. Throws the same `not_found` for each that does not. */
export async function openReceipt(
  app: Pick<AppContext, 'pool' | 'vault' | 'clock'>,
  token: string,
): Promise<StoredReceipt> {
  const id = readReceiptToken(app.vault, token)
  const receipt = id && (await findReceipt(app, id))
  if (!receipt) throw new Problem('not_found', 'This link does not work.')
  return receipt
}

/** `GET /receipts/{token}`: the receipt of a payment. */
export async function showReceipt(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  return sendReceipt(app, request, reply, await openReceipt(app, token))
}

/** Sends the page of a receipt, with what came of its form. */
export async function sendReceipt(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  receipt: StoredReceipt,
  { status = 200, ...form }: Omit<SendForm, 'path'> & { status?: number } = {},
): Promise<FastifyReply> {
  const path = receiptPath(app.vault, receipt.payment_id)
  const voice = voiceFor(request, receipt)
  const view = viewReceipt(receipt, await listSince(app.pool, receipt), voice)
  const sends = app.mailer !== undefined || receipt.receipt_requests
  const page = receiptPage({
    receipt,
    view,
    voice,
    pdf: canBePdf(view) ? withCarried(`${path}.pdf`, { lang: voice.language }) : undefined,
    send: sends ? { path, ...form } : undefined,
  })
  return sendPage(reply, page, { status })
}

/** `GET /receipts/{token}.pdf`: the same receipt as a file. Where it cannot be one, this leads to the page, which can be printed. */
export async function sendPdf(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const receipt = await openReceipt(app, token)
  const path = receiptPath(app.vault, receipt.payment_id)
  const voice = voiceFor(request, receipt)
  const view = viewReceipt(receipt, await listSince(app.pool, receipt), voice)
  if (!canBePdf(view)) return reply.redirect(withCarried(path, askedParameter(voice)), 303)
  const pdf = await makePdf(receipt, view, app.publicUrl() + path, voice)
  return reply
    .headers({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="${pdfName(receipt)}"`,
      'cache-control': 'no-store',
      vary: 'Accept-Language',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
    .send(pdf)
}

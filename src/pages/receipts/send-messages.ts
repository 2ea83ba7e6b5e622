import type { AppContext } from '../../context.ts'
import { receiptPath } from '../../core/receipt-address.ts'
import { voiceFor } from '../../html/language/choose.ts'
import type { Mailer, MailOutcome } from '../../net/mailer.ts'
import { claimMessages, endMessage, type ReceiptMessage } from '../../payments/receipt/messages.ts'
import { findReceipt, listSince } from '../../payments/receipt/store.ts'
import { withCarried } from '../carried.ts'
import { canBePdf } from './letters.ts'
import { receiptMail } from './message.ts'
import { makePdf, pdfName } from './pdf.ts'
import { viewReceipt } from './view.ts'

const batchMax = 5
// A receipt that is not there by then was asked for in another way.
const givenUpMs = 24 * 3_600_000

type App = Pick<AppContext, 'pool' | 'clock' | 'vault' | 'publicUrl' | 'mailer' | 'log'>

/**
 * Sends the receipts that payers asked for. One that fails is tried again at growing intervals for a day; an address that the mail
 * server refuses is not. Returns after the current batch when it is told to stop.
 */
export async function sendReceipts(app: App, stopping?: AbortSignal): Promise<void> {
  const { mailer } = app
  if (!mailer) return
  for (;;) {
    const due = await claimMessages(app.pool, app.clock.now(), batchMax)
    const sends = await Promise.allSettled(due.map((message) => sendOne(app, mailer, message)))
    for (const send of sends) if (send.status === 'rejected') throw send.reason
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function sendOne(app: App, mailer: Mailer, message: ReceiptMessage): Promise<void> {
  const age_ms = app.clock.now().getTime() - message.requested_at.getTime()
  const outcome = age_ms < givenUpMs ? await hand(app, mailer, message) : 'late'
  if (outcome === 'sent') return endMessage(app.pool, message, app.clock.now())
  app.log.warn({ outcome }, 'a receipt could not be sent')
  if (outcome !== 'failed') await endMessage(app.pool, message, null)
}

async function hand(app: App, mailer: Mailer, message: ReceiptMessage): Promise<MailOutcome> {
  const receipt = await findReceipt(app, message.payment_id)
  if (!receipt) return 'failed'
  const voice = voiceFor({ url: `?lang=${message.language ?? ''}`, body: undefined, headers: {} }, receipt)
  const view = viewReceipt(receipt, await listSince(app.pool, receipt), voice)
  const url = app.publicUrl() + receiptPath(app.vault, receipt.payment_id)
  const pdf = canBePdf(view)
    ? { filename: pdfName(receipt), content: await makePdf(receipt, view, url, voice) }
    : undefined
  const mail = receiptMail(
    { receipt, view, voice, url: withCarried(url, { lang: voice.language }), pdf, domain: mailer.domain },
    message,
    app.vault.decrypt(message.address),
  )
  return mailer.send(mail)
}

import { createTransport } from 'nodemailer'

/** Where e-mail is handed over, and the address that it comes from. Both are the operator's. */
export type MailSettings = {
  smtp_url: string
  from: string
  /** How long it waits for a connection, for the next word, and for all of a message. */
  waits?: typeof usualWaits
}

/** One message to one address. */
export type Mail = {
  /** How the sender is called; the address is the operator's. */
  from_name: string
  reply_to: string | undefined
  to: string
  subject: string
  text: string
  html: string
  language: string
  /** What makes a message that is sent again the same one. */
  message_id: string
  date: Date
  attachment: { filename: string; content: Buffer } | undefined
}

/** What came of handing over a message. `refused` is for good: the address does not exist there. */
export type MailOutcome = 'sent' | 'refused' | 'failed'

/** Hands messages over to the operator's mail server. */
export type Mailer = {
  send(mail: Mail): Promise<MailOutcome>
  /** The part after the @ of what the messages are called. */
  domain: string
}

// A message and its attachment have less than 500 kB; a mail server may look into it before it answers.
const usualWaits = { connect_ms: 10_000, idle_ms: 30_000, whole_ms: 45_000 }

/**
 * Makes a mailer. Every wait has an end, and the whole of a message has one too. What went wrong is not logged here: a
 * mail server quotes addresses in its answers.
 */
export function createMailer({ smtp_url, from, waits = usualWaits }: MailSettings): Mailer {
  const { connect_ms, idle_ms, whole_ms } = waits
  const transport = () =>
    createTransport({
      url: smtp_url,
      connectionTimeout: connect_ms,
      greetingTimeout: connect_ms,
      dnsTimeout: connect_ms,
      socketTimeout: idle_ms,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  return {
    domain: from.slice(from.lastIndexOf('@') + 1),
    async send(mail) {
      const connection = transport()
      const { promise: late, resolve } = Promise.withResolvers<MailOutcome>()
      const timer = setTimeout(() => resolve('failed'), whole_ms).unref()
      try {
        const sending = connection.sendMail(toOptions(mail, from)).then((): MailOutcome => 'sent', outcomeOf)
        return await Promise.race([sending, late])
      } finally {
        clearTimeout(timer)
        connection.close()
      }
    },
  }
}

function toOptions({ from_name, reply_to, message_id, language, attachment, ...mail }: Mail, from: string) {
  return {
    ...mail,
    from: { name: from_name, address: from },
    to: { name: '', address: mail.to },
    ...(reply_to !== undefined && { replyTo: { name: from_name, address: reply_to } }),
    messageId: message_id,
    // Out-of-office replies are not sent to it (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', 'Content-Language': language },
    attachments: attachment ? [{ ...attachment, contentType: 'application/pdf' }] : [],
  }
}

function outcomeOf(error: { command?: string; responseCode?: number }): MailOutcome {
  const { command, responseCode = 0 } = error
  return command === 'RCPT TO' && responseCode >= 500 && responseCode < 600 ? 'refused' : 'failed'
}

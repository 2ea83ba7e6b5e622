import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { createMailer } from '../../src/net/mailer.ts'
import { sendReceipts } from '../../src/pages/receipts/send-messages.ts'
import { follow, goodCard, makeAccount, open, type PayerPage, payWith, submit } from '../pages/payer.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { smtpServer } from '../support/smtp.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { readPdf } from './pdf.ts'

const clock = settableClock(new Date('2026-11-26T09:00:00Z'))
let answer: Record<string, string> = {}
let mail: Awaited<ReturnType<typeof smtpServer>>
let server: TestServer<typeof clock>
let logged: string[] = []

beforeAll(async () => {
  mail = await smtpServer((command) => answer[command])
  const log = (facts: object, message: string) => {
    logged.push(JSON.stringify(facts) + message)
  }
  server = await testServer({
    clock,
    mail: { smtp_url: mail.url, from: 'receipts@pay.example' },
    log: { debug: log, info: log, warn: log, error: log },
  })
  await server.api('PATCH', '/settings', { email: 'help@acme.example' })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
  await mail.close()
})

async function payForReceipt(on: TestServer = server, more = {}): Promise<PayerPage> {
  const account = await makeAccount(on, more)
  return follow(await payWith(account.presentment_url, goodCard.card_number), /Save the receipt/)
}
const ask = (receipt: PayerPage, email: string, headers = {}) => submit(receipt.forms[0], { email }, headers)
const sentTo = (address: string) => mail.received.filter(({ to }) => to === address)
const stored = async (receipt: PayerPage) => {
  const id = parseId('payment', `pay_${/receipts\/(\w{22})/.exec(receipt.url)?.[1]}`)
  const text = 'select address, sent_at, next_try_at, tries from receipt_message where payment_id = $1'
  return (await server.database.pool.query(text, [id])).rows[0]
}

describe('a receipt that is asked for by e-mail', () => {
  test('is sent once to an address, as text, HTML and PDF', async () => {
    const receipt = await payForReceipt()
    expect((await ask(receipt, 'thandi@home.example')).text).toContain('We are sending it.')
    await sendReceipts(server.app)
    await ask(receipt, 'Thandi@home.example')
    await sendReceipts(server.app)
    expect(sentTo('thandi@home.example')).toHaveLength(1)
    expect(sentTo('Thandi@home.example')).toHaveLength(0)
    const [{ from, headers, parts }] = sentTo('thandi@home.example') as [ReturnType<typeof sentTo>[number]]
    expect(from).toBe('receipts@pay.example')
    expect(headers.get('from')).toBe('Acme Water <receipts@pay.example>')
    expect(headers.get('reply-to')).toBe('Acme Water <help@acme.example>')
    expect(headers.get('auto-submitted')).toBe('auto-generated')
    expect(headers.get('message-id')).toMatch(/^<receipt\.[\w-]{22}@pay\.example>$/)
    expect(headers.get('date')).toBe('Thu, 26 Nov 2026 09:00:00 +0000')
    expect(parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html', 'application/pdf'])
    const [text, html, pdf] = parts.map(({ content }) => content) as [Buffer, Buffer, Buffer]
    for (const part of [text, html]) {
      expect(part.toString().replaceAll('\u00a0', ' ')).toContain('R 20,00 ZAR')
      expect(part.toString()).toContain(receipt.url)
      expect(part.toString()).toContain('Home water')
    }
    expect(readPdf(pdf).text).toContain('Home water')
    expect(await stored(receipt)).toMatchObject({ address: null, next_try_at: null, sent_at: clock.now() })
  })

  test('is refused at an address that is none, and from another site', async () => {
    const receipt = await payForReceipt()
    for (const wrong of ['', 'thandi', 'a@b', 'a@b.example\r\nBcc: c@d.example', `${'a'.repeat(250)}@home.example`]) {
      const page = await ask(receipt, wrong)
      expect([wrong, page.status]).toEqual([wrong, 422])
      expect(page.text).toContain('Enter an e-mail address such as name@example.com.')
    }
    expect((await ask(receipt, 'x@home.example', { origin: 'https://evil.example' })).status).toBe(403)
    await sendReceipts(server.app)
    expect(sentTo('x@home.example')).toEqual([])
  })

  test('goes to five addresses at most, also when they are asked for at once', async () => {
    const receipt = await payForReceipt()
    const pages = await Promise.all(Array.from({ length: 8 }, (_, at) => ask(receipt, `p${at}@many.example`)))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(pages.filter(({ status }) => status === 429)).toHaveLength(3)
    await sendReceipts(server.app)
    expect(mail.received.filter(({ to }) => to.endsWith('@many.example'))).toHaveLength(5)
  })

  test('is tried again at growing intervals as the same message, and given up after a day', async () => {
    const receipt = await payForReceipt()
    logged = []
    answer = { DATA: '451 later' }
    await ask(receipt, 'later@home.example')
    await sendReceipts(server.app)
    await sendReceipts(server.app)
    expect(await stored(receipt)).toMatchObject({ tries: 1, next_try_at: new Date('2026-11-26T09:01:00Z') })
    clock.advance(60_000)
    await sendReceipts(server.app)
    expect(await stored(receipt)).toMatchObject({ tries: 2, next_try_at: new Date('2026-11-26T09:05:00Z') })
    clock.advance(24 * 3_600_000)
    await sendReceipts(server.app)
    expect(await stored(receipt)).toMatchObject({ tries: 3, next_try_at: null, address: null, sent_at: null })
    answer = {}
    // Asked for once more, it is sent.
    await ask(receipt, 'later@home.example')
    await sendReceipts(server.app)
    expect(sentTo('later@home.example')).toHaveLength(1)
    expect(logged.join()).toContain('a receipt could not be sent')
    expect(logged.join()).not.toContain('later@home.example')
  })

  test('is not tried again where the address does not exist', async () => {
    const receipt = await payForReceipt()
    answer = { RCPT: '550 no such user' }
    await ask(receipt, 'nobody@home.example')
    await sendReceipts(server.app)
    answer = {}
    expect(await stored(receipt)).toMatchObject({ tries: 1, next_try_at: null, address: null, sent_at: null })
  })

  test('is not sent any more when its customer is pseudonymised, and nothing of the address is left', async () => {
    const account = await makeAccount(server)
    const outcome = await payWith(account.presentment_url, goodCard.card_number)
    const receipt = await follow(outcome, /Save the receipt/)
    await ask(receipt, 'gone@home.example')
    expect(await stored(receipt)).toMatchObject({ tries: 0 })
    await server.api('POST', `/billing/customers/${account.customer_id}/pseudonymise`)
    await sendReceipts(server.app)
    expect(sentTo('gone@home.example')).toEqual([])
    expect(await stored(receipt)).toBeUndefined()
  })

  test('has no PDF where that cannot be set, and says that the page can be printed', async () => {
    const receipt = await payForReceipt(server, { name: 'ماء المنزل' })
    expect(receipt.text).toContain('Print this page')
    expect((await fetch(`${receipt.url}.pdf`, { redirect: 'manual' })).headers.get('location')).toBe(
      new URL(receipt.url).pathname,
    )
    await ask(receipt, 'arabic@home.example')
    await sendReceipts(server.app)
    expect(sentTo('arabic@home.example')[0]?.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html'])
  })
})

test('a mail server that says nothing is not waited for without end', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const smtp_url = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const { send } = createMailer({
    smtp_url,
    from: 'receipts@pay.example',
    waits: { connect_ms: 50, idle_ms: 50, whole_ms: 500 },
  })
  const message = { from_name: 'Acme', reply_to: undefined, to: 'a@b.example', subject: 'x', text: 'x', html: 'x' }
  const more = { language: 'en', message_id: '<1@pay.example>', date: new Date(0), attachment: undefined }
  expect(await send({ ...message, ...more })).toBe('failed')
  for (const socket of sockets) socket.destroy()
  silent.close()
})

describe('a receipt that is asked for where no e-mail is sent', () => {
  test('is told to the merchant by an event, once for an address, if the merchant wants that', async () => {
    const hook = await webhookReceiver()
    const plain = await testServer({ clock })
    const receipt = await payForReceipt(plain)
    expect(receipt.forms).toEqual([])
    await plain.api('PATCH', '/settings', { receipt_requests: true })
    await plain.api('POST', '/webhooks/endpoints', { url: hook.url, event_types: ['receipt.requested'] })
    const page = await open(receipt.url)
    expect((await ask(page, 'thandi@home.example')).text).toContain('We have told Acme Water, who will send it.')
    await ask(page, 'thandi@home.example')
    await eventually(() => hook.received.length > 0, 'the event is delivered')
    const events = hook.received.map(({ body }) => JSON.parse(body))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ type: 'receipt.requested', data: { email: 'thandi@home.example' } })
    expect(receipt.url).toContain(events[0].data.payment_id.slice('pay_'.length))
    const { rows } = await plain.database.pool.query('select address from receipt_message')
    expect(rows).toEqual([{ address: null }])
    await expectCleanBooks(plain.database)
    await plain.stop()
    await hook.close()
  })
})

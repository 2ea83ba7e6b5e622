import { settableClock } from '../../src/core/clock.ts'
import { open, type PayerPage, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

export const account = {
  holder: 'Acme Water (Pty) Ltd',
  bank_name: 'First Bank',
  account_number: '62 0000 00000',
  branch_code: '250655',
}

/** A server whose test environment offers bank transfer, beside the simulator unless that is switched off. */
export async function startBank(): Promise<TestServer<ReturnType<typeof settableClock>>> {
  const server = await testServer({ clock: settableClock(new Date('2026-11-23T08:00:00Z')) })
  await setUp(server)
  return server
}

/** Switches bank transfer on. Returns what is shown of it. */
export async function setUp(server: TestServer, more: object = {}, headers: Record<string, string> = {}) {
  const sent = { enabled: true, bank_account: account, ...more }
  const { status, text, body } = await server.api('PATCH', '/settings/processors/bank_transfer', sent, headers)
  if (status !== 200) throw new Error(text)
  return body
}

/** Chooses bank transfer on the page of what is owed or asked for. Returns the page with the bank details. */
export async function chooseTransfer(url: string, changes: Record<string, string> = {}): Promise<PayerPage> {
  const page = await open(url)
  return chooseIn(await submit(page.forms[0], changes))
}

/** The same from the list of ways to pay; where bank transfer is the only way, the page follows at once. */
export async function chooseIn(list: PayerPage): Promise<PayerPage> {
  return list.html.includes('data-transfer=') ? list : submit(list.forms[0], { processor: 'bank_transfer' })
}

/** The code that a page shows, without its spaces. */
export function codeOf({ text }: Pick<PayerPage, 'text'>): string {
  return (/PX\w\w \w{4} \w{4}/.exec(text)?.[0] ?? '').replaceAll(' ', '')
}

/** What has become of the transfer, as its page says to machines. */
export function stateOf({ html }: Pick<PayerPage, 'html'>): string | undefined {
  return /data-transfer="(\w+)"/.exec(html)?.[1]
}

let lines = 0

/** Records a line of the bank that names nothing but its text. */
export function recordLine(server: TestServer, text: string, amount: number, more: object = {}) {
  const line = { amount, currency: 'ZAR', channel: 'bank_transfer', reference: `LINE-${++lines}`, details: { text } }
  return server.api('POST', '/billing/payments', { ...line, ...more })
}

/** The only notice of a customer. */
export async function noticeOf(server: TestServer, customer: string) {
  const { body } = await server.api('GET', `/collect/transfer_notices?customer=${customer}`)
  return body.data[0]
}

import { parseId } from '../../src/core/id/id.ts'
import type { TestServer } from '../support/server.ts'

/** A page as a payer without JavaScript has it. */
export type PayerPage = {
  url: string
  status: number
  headers: Headers
  html: string
  text: string
  forms: PayerForm[]
}
export type PayerForm = { action: string; fields: Record<string, string> }

/** Opens an address and follows its redirects, as a browser does. */
export async function open(url: string, init: RequestInit = {}): Promise<PayerPage> {
  const response = await fetch(url, { ...init, redirect: 'manual' })
  const location = response.headers.get('location')
  if (location !== null) return open(new URL(location, url).href)
  const html = await response.text()
  return {
    url,
    status: response.status,
    headers: response.headers,
    html,
    text: textOf(html),
    forms: formsOf(html, url),
  }
}

/** Sends a form from the page it stands on, and follows to where it leads. */
export function submit(
  form: PayerForm | undefined,
  changes: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<PayerPage> {
  if (!form) throw new Error('the page has no form')
  return open(form.action, {
    method: 'POST',
    headers: { origin: new URL(form.action).origin, ...headers },
    body: new URLSearchParams({ ...form.fields, ...changes }),
  })
}

/** Follows a link by the text that it shows. */
export function follow({ html, url }: PayerPage, text: RegExp): Promise<PayerPage> {
  const links = [...html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g)]
  const [, tag = ''] = links.find(([, , shown = '']) => text.test(textOf(shown))) ?? []
  const path = unescapeHtml(/href="([^"]*)"/.exec(tag)?.[1] ?? '')
  if (path === '') throw new Error(`the page has no link ${text}`)
  return open(new URL(path, url).href)
}

export const goodCard = { card_number: '4242 4242 4242 4242', expiry: '12/34', cvc: '123' }

/** Pays with a card from the page of a link to the page that follows. */
export async function payWith(url: string, card_number: string, amount?: string): Promise<PayerPage> {
  const page = await open(url)
  const cardPage = await submit(page.forms[0], amount === undefined ? {} : { amount })
  return submit(cardPage.forms[0], { ...goodCard, card_number })
}

/** What the outcome page says, for machines. */
export function statusOf({ html }: PayerPage): string[] {
  return [...html.matchAll(/data-payment-status="([a-z]+)"/g)].map(([, status]) => String(status))
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function textOf(html: string): string {
  const body = html
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replaceAll(/<\/?bdi>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
  return unescapeHtml(body).replaceAll(/\s+/g, ' ').trim()
}

function formsOf(html: string, url: string): PayerForm[] {
  const attribute = (tag: string, name: string) => unescapeHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag = '', inside = '']) => {
    const inputs = [...inside.matchAll(/<input\b[^>]*>/g)].map(([input]) => input)
    const button = /<button\b[^>]*>/.exec(inside)?.[0] ?? ''
    const named = [...inputs, button].filter((one) => attribute(one, 'name') !== '')
    return {
      action: new URL(attribute(tag, 'action') || url, url).href,
      fields: Object.fromEntries(named.map((one) => [attribute(one, 'name'), attribute(one, 'value')])),
    }
  })
}

let made = 0

/** A customer with an account of its own, as the guide makes them. */
export async function makeAccount(
  server: TestServer,
  { customer = {}, ...account }: Record<string, unknown> & { customer?: object | string } = {},
): Promise<{ id: string; customer_id: string; presentment_url: string }> {
  made += 1
  const { status, body, text } = await server.api('POST', '/billing/accounts', {
    customer:
      typeof customer === 'string'
        ? customer
        : { external_reference: `customer-${made}`, name: 'Thandi Nkosi', ...customer },
    external_reference: `account-${made}`,
    name: 'Home water',
    currency: 'ZAR',
    balance: 2000,
    ...account,
  })
  if (status !== 201) throw new Error(text)
  return body
}

/** The balance of an account, as the API tells it. */
export async function balanceOf(server: TestServer, account: { id: string }): Promise<number> {
  return (await server.api('GET', `/billing/accounts/${account.id}`)).body.balance
}

/** The payments that were started for an account, what was applied first. */
export async function paymentsOf(server: TestServer, account: { id: string }) {
  const { rows } = await server.database.pool.query<{
    status: string
    amount: bigint
    applied_amount: bigint
    unapplied_amount: bigint
    metadata: Record<string, string>
    last_payment_error: { error_code: string; decline_code: string; message: string; timestamp: string } | null
    method_details: object | null
    received_at: Date | null
  }>(
    `select status, amount, applied_amount, unapplied_amount, metadata, last_payment_error, method_details, received_at
    from payment where target_id = $1 order by applied_amount desc, id`,
    [parseId('account', account.id)],
  )
  return rows
}

import { setTimeout } from 'node:timers/promises'
import { payThroughPages } from '../../src/cli/demo-payer.ts'
import { eventually } from '../support/eventually.ts'
import { noteAnswer } from '../support/known-endpoints.ts'

/** A request with the key under which it is sent again, and why it has no good answer yet. */
export type Sent = { path: string; body: object; key: string; failure: string | undefined }

// biome-ignore lint/suspicious/noExplicitAny: the load looks into answers of every shape
type Body = any

const amount = 7
const opening = 1_000_000
const recorders = 4
const payers = 1
// A merchant's systems are not the fastest that there is: the processes that start beside them get their share of the machine.
const pause_ms = 20

/**
 * Clients that pay as a merchant's systems and its payers do: at each of the servers in turn, as a load balancer sends them, and on with the next
 * request whatever the answer was. What has failed is kept.
 */
export class Load {
  readonly sent: Sent[] = []
  /** Payments that a client has begun, by the account that they are for. */
  readonly recorded = new Map<string, number>()
  /** The pages that broke off, and how many were paid. */
  readonly pages = { broken: [] as { account: string; address: string; failure: string }[], paid: 0 }
  /** How many requests each server has answered well. */
  readonly answered = new Map<string, number>()
  readonly #key: string
  #servers: string[] = []
  #turn = 0
  #over = false
  #clients: Promise<void>[] = []

  constructor(key: string) {
    this.#key = key
  }

  /** From now on requests go to these servers. */
  goTo(...servers: string[]): void {
    this.#servers = servers
  }

  /** Sends one request to a server, and throws when the answer is none of success. */
  async call(path: string, body: object, key = `setup-${path}-${JSON.stringify(body)}`): Promise<Body> {
    const server = this.#servers[this.#turn++ % this.#servers.length] ?? ''
    const response = await fetch(server + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${server}${path}: ${response.status} ${text}`)
    this.answered.set(server, (this.answered.get(server) ?? 0) + 1)
    noteAnswer(path, { status: response.status, body: JSON.parse(text) })
    return JSON.parse(text)
  }

  async start(): Promise<void> {
    await this.call('/billing/customers', { external_reference: 'payer' })
    await this.call('/billing/customers', { external_reference: 'found' })
    for (let client = 0; client < recorders; client++) {
      const account = { external_reference: `A${client}`, customer: 'payer', currency: 'ZAR', balance: opening }
      await this.call('/billing/accounts', account)
    }
    this.#clients = [
      ...Array.from({ length: recorders }, (_, client) => this.#record(`A${client}`)),
      ...Array.from({ length: payers }, (_, client) => this.#payByPage(`P${client}`)),
    ]
  }

  async stop(): Promise<void> {
    this.#over = true
    await Promise.all(this.#clients)
  }

  /** Why requests and pages had no good answer. */
  failures(): string[] {
    return [...this.sent.flatMap(({ failure }) => failure ?? []), ...this.pages.broken.map(({ failure }) => failure)]
  }

  /** Sends again, with their keys, what had no good answer. Throws when one has none now. */
  async mend(): Promise<void> {
    for (const { path, body, key, failure } of this.sent) if (failure !== undefined) await this.call(path, body, key)
    for (const { account, address } of this.pages.broken) {
      // The page has no form any more where only the answer to the last one was lost, and none yet while the bank is asked.
      await eventually(async () => {
        if ((await this.#balanceOf(account)) > 0) await payThroughPages(this.#here(address)).catch(() => {})
        return (await this.#balanceOf(account)) === 0
      }, `what broke off at ${address} is paid`)
    }
  }

  async #balanceOf(account: string): Promise<number> {
    const headers = { authorization: `Bearer ${this.#key}` }
    const response = await fetch(`${this.#servers[0]}/billing/accounts/${account}`, { headers })
    return ((await response.json()) as Body).balance
  }

  /** What an account should owe in the end. */
  owed(account: string): number {
    return opening - amount * (this.recorded.get(account) ?? 0)
  }

  /** The same page at a server that runs. */
  #here(address: string): string {
    const { pathname, search } = new URL(address)
    return this.#servers[this.#turn++ % this.#servers.length] + pathname + search
  }

  /** One request of a client; undefined when it failed. */
  async #send(path: string, body: object): Promise<Body | undefined> {
    const sent: Sent = { path, body, key: `key-${this.sent.length}`, failure: 'no answer yet' }
    this.sent.push(sent)
    await setTimeout(pause_ms)
    try {
      const answer = await this.call(path, body, sent.key)
      sent.failure = undefined
      return answer
    } catch (error) {
      sent.failure = failureOf(error)
      return undefined
    }
  }

  async #record(account: string): Promise<void> {
    for (let count = 0; !this.#over; count++) {
      const name = `${account}-${count}`
      const money = { amount, currency: 'ZAR', channel: 'till', reference: name }
      this.recorded.set(account, count + 1)
      await this.#send('/billing/payments', { ...money, account })
      if (count % 2 === 0) await this.#correct(name)
    }
  }

  /** What happens to bills and money beside plain payments, so that more statements are in use when the tables change. */
  async #correct(name: string): Promise<void> {
    const money = { amount, currency: 'ZAR', channel: 'till' }
    const bill = { external_reference: `bill-${name}`, customer: 'payer', currency: 'ZAR', amount_due: 2 * amount }
    const raised = await this.#send('/billing/bills', bill)
    const paid = { ...money, reference: `paid-${name}`, bill: bill.external_reference }
    const payment = raised && (await this.#send('/billing/payments', paid))
    if (payment) {
      const back = { amount: 1, channel: 'till', reference: `back-${name}`, reason: 'too much' }
      await this.#send(`/billing/payments/${payment.id}/refunds`, back)
    }
    const bounced = await this.#send('/billing/payments', { ...money, reference: `bounced-${name}`, customer: 'found' })
    if (bounced) await this.#send(`/billing/payments/${bounced.id}/reversals`, { reason: 'bounced' })
    const unknown = { ...money, reference: `unknown-${name}`, unidentified: true }
    const deposit = await this.#send('/billing/payments', unknown)
    if (deposit) await this.#send(`/billing/payments/${deposit.id}/assignments`, { to: { customer: 'found' } })
  }

  async #payByPage(payer: string): Promise<void> {
    for (let count = 0; !this.#over; count++) {
      const owing = { external_reference: `${payer}-${count}`, customer: 'payer', currency: 'ZAR', balance: amount }
      const account = await this.#send('/billing/accounts', owing)
      if (!account) continue
      try {
        await payThroughPages(this.#here(account.presentment_url))
        this.pages.paid += 1
      } catch (error) {
        const { id, presentment_url: address } = account
        this.pages.broken.push({ account: id, address, failure: failureOf(error) })
      }
    }
  }
}

/** `fetch` throws a TypeError when a connection is refused or breaks. */
function failureOf(error: unknown): string {
  return `${error instanceof TypeError ? 'no answer: ' : ''}${(error as Error).message}`
}

import { settableClock } from '../../src/core/clock.ts'
import type { Log } from '../../src/core/log.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { type PaystackFake, paystackKeys, startPaystackFake } from '../fakes/paystack.ts'
import { type FakeSession, fakeKeys, type StripeFake, startStripeFake } from '../fakes/stripe.ts'
import { open, type PayerPage, submit } from '../pages/payer.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'

export const webhookSecret = 'whsec_aSecretOfTheTestsOnly'

/** A server whose merchant may switch on Stripe and Paystack, which are stand-ins. Its clock is theirs too. */
export type Merchant = {
  server: TestServer<ReturnType<typeof settableClock>>
  stripe: StripeFake
  paystack: PaystackFake
  /** What was logged as a warning or an error. */
  logged: string[]
  /** Calls the API with the live key. */
  live(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  /** Switches Stripe on in the live environment. Returns where it calls. */
  switchOn(more?: object): Promise<string>
  /** Switches Paystack on in the live environment. Returns where it calls. */
  switchOnPaystack(more?: object): Promise<string>
  /** A live account that owes R 20.00, with its page. */
  account(more?: object): Promise<{ id: string; presentment_url: string }>
  balance(account: { id: string }): Promise<number>
  /** Sends what a processor calls with, and has it looked into. */
  send(url: string, callback: { body: string; headers: Record<string, string> }): Promise<number>
  /** Sends a callback as Stripe would, and has it looked into. */
  call(url: string, session: FakeSession, options?: Parameters<StripeFake['callback']>[2]): Promise<number>
  stop(): Promise<void>
}

let made = 0

export async function startMerchant(): Promise<Merchant> {
  const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
  const stripe = await startStripeFake(() => clock.now())
  const paystack = await startPaystackFake(() => clock.now())
  const logged: string[] = []
  const note: Log['error'] = (_facts, message) => logged.push(message)
  const log: Log = { debug() {}, info() {}, warn: note, error: note }
  const server = await testServer({ clock, stripe_url: stripe.url, paystack_url: paystack.url, log })
  const live: Merchant['live'] = (method, path, body) =>
    server.api(method, path, body, { authorization: `Bearer ${server.liveKey}` })
  const switchOn = async (name: string, secrets: object, more: object) => {
    const { status, text, body } = await live('PATCH', `/settings/processors/${name}`, {
      enabled: true,
      secrets,
      ...more,
    })
    if (status !== 200) throw new Error(text)
    return body.callback_url
  }
  const send: Merchant['send'] = async (url, { body, headers }) => {
    const { status } = await fetch(url, { method: 'POST', body, headers })
    await lookIntoCallbacks(server.app)
    return status
  }
  return {
    server,
    stripe,
    paystack,
    logged,
    live,
    send,
    call: (url, session, options) => send(url, stripe.callback(session, webhookSecret, options)),
    switchOn: (more = {}) => switchOn('stripe', { secret_key: fakeKeys.live, webhook_secret: webhookSecret }, more),
    switchOnPaystack: (more = {}) => switchOn('paystack', { secret_key: paystackKeys.live }, more),
    async account(more = {}) {
      made += 1
      const customer = { external_reference: `live-customer-${made}`, name: 'Thandi Nkosi' }
      const account = { customer, external_reference: `live-account-${made}`, currency: 'ZAR', balance: 2000, ...more }
      return (await live('POST', '/billing/accounts', account)).body
    },
    balance: async ({ id }) => (await live('GET', `/billing/accounts/${id}`)).body.balance,
    async stop() {
      await server.stop()
      await stripe.close()
      await paystack.close()
    },
  }
}

/** Goes from the page of what is owed to the page of the processor. */
export async function begin(url: string, changes: Record<string, string> = {}): Promise<PayerPage> {
  return submit((await open(url)).forms[0], changes)
}

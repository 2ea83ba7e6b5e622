import { createMerchant } from '../../../src/merchant/merchant.ts'
import { everyCall } from '../../fuzz/operations.ts'
import { goodCard, open, type PayerForm, submit } from '../../pages/payer.ts'
import type { TestServer } from '../../support/server.ts'
import { masked } from './remains.ts'

/** An environment of a merchant of its own, and how a server is called with its key. */
export type TestEnvironment = { id: number; server: TestServer }

/** Something that changes the books. */
export type Flow = {
  name: string
  /** Makes what it needs, and returns how it is tried at a server, as its client does it: the same each time. */
  prepare(environment: TestEnvironment): Promise<Try>
}
/** Tries it at the server with this address. Throws when the connection breaks. */
export type Try = (url: string) => Promise<Answer>
export type Answer = { status: number; text: string }

let serial = 0

/** Makes an environment in which nothing has happened. */
export async function newEnvironment(server: TestServer): Promise<TestEnvironment> {
  const slug = `environment-${++serial}`
  const { test: key } = await createMerchant(server.app.pool, { name: 'Acme', slug }, new Date())
  const { rows } = await server.database.pool.query(
    "select e.id from environment as e join merchant as m on m.id = e.merchant_id where m.slug = $1 and e.mode = 'test'",
    [slug],
  )
  const api: TestServer['api'] = (method, path, body, headers = {}) =>
    server.api(method, path, body, { authorization: `Bearer ${key}`, ...headers })
  return { id: rows[0].id, server: { ...server, key, api } }
}

/** Each operation of the document that changes something, and the payment of a payer. */
export async function flows(server: TestServer): Promise<Flow[]> {
  return [...(await operations(server)), card]
}

/** It plays a payer: whoever sends it again after a kill is another one, as its description says. */
const testPayment = 'createTestPayment'

async function operations(server: TestServer): Promise<Flow[]> {
  const calls = await everyCall((await newEnvironment(server)).server)
  return calls
    .filter(({ method, id }) => method !== 'GET' && id !== testPayment)
    .map(({ id, method, template }) => ({
      name: `${method} ${template}`,
      async prepare(environment) {
        const call = (await everyCall(environment.server)).find((one) => one.id === id)
        if (!call) throw new Error(`there is no call of ${id}`)
        return async (url) => {
          const response = await fetch(url + call.path, {
            method,
            headers: {
              authorization: `Bearer ${environment.server.key}`,
              'idempotency-key': id,
              ...(call.body && { 'content-type': 'application/json' }),
            },
            ...(call.body && { body: JSON.stringify(call.body) }),
          })
          return { status: response.status, text: masked(await response.text()) }
        }
      },
    }))
}

/**
 * The card that a payer enters on the page of the simulator, and the page to which that leads. What the form before it opens is
 * another payment when it is lost, so `killed-opening.test.ts` is about that.
 */
const card: Flow = {
  name: 'a payment on a page',
  async prepare({ server }) {
    const customer = { external_reference: 'payer', currency: 'ZAR', balance: 2_000 }
    const { body } = await server.api('POST', '/billing/customers', customer)
    const [chosen] = (await open(body.presentment_url)).forms
    const [form] = (await submit(chosen)).forms as [PayerForm]
    return async (url) => {
      const sent = await fetch(hereOf(form.action, url), {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: url },
        body: new URLSearchParams({ ...form.fields, ...goodCard }),
      })
      const { status, text } = await open(hereOf(sent.headers.get('location') ?? '', url))
      return { status, text: masked(text) }
    }
  },
}

/** The same page of the server with this address, whichever server has named it. */
function hereOf(address: string, url: string): string {
  const { pathname, search } = new URL(address, url)
  return new URL(pathname + search, url).href
}

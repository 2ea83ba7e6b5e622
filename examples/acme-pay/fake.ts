import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The secrets that the stand-in takes. */
export const acmeSecrets = {
  secret_key: 'acme_live_0123456789abcdef',
  webhook_secret: `whsec_${Buffer.from('a secret of the stand-in').toString('base64')}`,
}

type AcmeCharge = {
  id: string
  page: string
  state: string
  amount: string | null
  currency: string
  decided_at: string | null
  card: object | null
  refusal: object | null
  order: string
}
type AcmeRefund = { id: string; state: string; charge: string; amount: string }
type Answer = { status: number; body: object }

/** A stand-in for Acme Pay: its documented answers, and its books, in which a test may write. */
export type AcmeFake = { url: string; charges: AcmeCharge[]; refunds: AcmeRefund[]; close(): Promise<void> }

/** Starts it on a free port of this machine. Its pages are at `base_url`. */
export async function startAcmeFake(base_url: string): Promise<AcmeFake> {
  const charges: AcmeCharge[] = []
  const refunds: AcmeRefund[] = []
  const answers = new Map<string, Answer>()

  function open({ order, amount, currency }: Record<string, string>): Answer {
    const id = `ch_${randomBytes(8).toString('hex')}`
    const undecided = { state: 'open', decided_at: null, card: null, refusal: null }
    const charge = {
      id,
      page: `${base_url}/pay/${id}`,
      amount: `${amount}`,
      currency: `${currency}`,
      order: `${order}`,
    }
    charges.push({ ...charge, ...undecided })
    return { status: 200, body: { ...charge, ...undecided } }
  }

  function refund({ charge: of, amount }: Record<string, string>): Answer {
    const charge = charges.find(({ id }) => id === of)
    const before = refunds.filter(({ charge }) => charge === of).map((one) => minorUnits(one.amount))
    const left = minorUnits(charge?.amount ?? '0') - before.reduce((sum, one) => sum + one, 0n)
    if (charge?.state !== 'paid' || minorUnits(`${amount}`) > left) return { status: 422, body: { error: 'too_much' } }
    const sent = { id: `rf_${randomBytes(8).toString('hex')}`, state: 'sent', charge: `${of}`, amount: `${amount}` }
    refunds.push(sent)
    return { status: 200, body: sent }
  }

  function answer(method: string, path: string, asked: Record<string, string>): Answer {
    const [, noun, id, action] = path.split('/')
    if (method === 'POST' && noun === 'charges' && id === undefined) return open(asked)
    if (method === 'POST' && noun === 'refunds') return refund(asked)
    if (noun === 'account') return { status: 200, body: { id: 'acme' } }
    const found = (noun === 'refunds' ? refunds : charges).find((one) => one.id === id)
    if (!found) return { status: 404, body: { error: 'not_found' } }
    if (action === 'cancel' && found.state !== 'open') return { status: 422, body: { error: 'decided' } }
    if (action === 'cancel') found.state = 'cancelled'
    return { status: 200, body: found }
  }

  const server = createServer(async (request, response) => {
    const sent = JSON.parse((await textOf(request)) || '{}')
    const { method = '', url = '', headers } = request
    const key = headers['idempotency-key']
    const said =
      headers.authorization === `Bearer ${acmeSecrets.secret_key}`
        ? (typeof key === 'string' && answers.get(key)) || answer(method, url, sent)
        : { status: 401, body: { error: 'key' } }
    if (typeof key === 'string' && said.status === 200) answers.set(key, said)
    const head = { 'content-type': 'application/json', 'acme-request': `rq_${randomBytes(6).toString('hex')}` }
    response.writeHead(said.status, head).end(JSON.stringify(said.body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    charges,
    refunds,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** An amount as it stands on the wire in minor units: all of its digits. */
export function minorUnits(text: string): bigint {
  return BigInt(text.replace('.', ''))
}

/** The headers of a callback, which Acme Pay signs by Standard Webhooks. */
export function acmeHeaders(id: string, at: Date, body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

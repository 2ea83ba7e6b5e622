import { z } from 'zod'
import type { AppContext } from '../../../context.ts'
import { ProcessorFault } from '../fault.ts'

/** What a call brought: `data` of the envelope, and by which id Paystack's support finds the request, where it has one. */
type Answer<T> = { data: T; request_id: string | undefined }

/** Calls Paystack's API. What goes wrong is a `ProcessorFault`, whose message holds nothing of a body. */
export type PaystackClient = {
  get<T>(path: string, shape: z.ZodType<T>): Promise<Answer<T>>
  /** A call that was not answered is never repeated here: Paystack takes no idempotency keys. */
  post<T>(path: string, body: object, shape: z.ZodType<T>): Promise<Answer<T>>
}

// `status` says that the call worked. What became of a transaction or a refund stands in `data.status`.
const envelope = z.object({
  status: z.boolean(),
  message: z.string().catch(''),
  type: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  data: z.unknown().optional(),
})

/** Opens a client with a key, which decides the mode. */
export function createPaystackClient(
  { fetch, paystack_url = 'https://api.paystack.co' }: AppContext['processorClient'],
  secret_key: string,
): PaystackClient {
  async function call<T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>, sent?: object): Promise<Answer<T>> {
    const { response, text } = await exchange(() =>
      fetch(paystack_url + path, {
        method,
        headers: { authorization: `Bearer ${secret_key}`, ...(sent && { 'content-type': 'application/json' }) },
        ...(sent && { body: JSON.stringify(sent) }),
      }),
    )
    const request_id = response.headers.get('x-request-id') ?? response.headers.get('cf-ray') ?? undefined
    const body = envelope.safeParse(jsonOf(text))
    if (!response.ok) throw faultOf(response.status, body.data, request_id)
    const data = body.data?.status === true ? shape.safeParse(body.data.data) : undefined
    if (data?.success) return { data: data.data, request_id }
    throw new ProcessorFault('unknown', `Paystack answered ${response.status} with what cannot be read`, request_id)
  }
  return {
    get: (path, shape) => call('GET', path, shape),
    post: (path, body, shape) => call('POST', path, shape, body),
  }
}

async function exchange(call: () => Promise<Response>): Promise<{ response: Response; text: string }> {
  try {
    const response = await call()
    return { response, text: await response.text() }
  } catch {
    throw new ProcessorFault('unknown', 'Paystack answered nothing')
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Words of ours for the two refusals that are decided by, for Paystack's own have changed over the years. */
export type KnownCode = 'duplicate_reference' | 'not_found'

function faultOf(status: number, body: z.output<typeof envelope> | undefined, request_id: string | undefined) {
  const { message = '', type, code } = body ?? {}
  const words = [type, code].filter((word) => word !== undefined && /^[\w-]{1,40}$/.test(word))
  const facts = [`Paystack answered ${status}`, ...words].join(', ')
  if (status === 401 || status === 403 || /^invalid key/i.test(message)) {
    return new ProcessorFault('key_refused', facts, request_id)
  }
  // After a 5xx nobody knows, nor after an answer that is none of Paystack's; 408, 409 and 429 say that it may be tried again.
  const refused = body !== undefined && status >= 400 && status < 500 && ![408, 409, 429].includes(status)
  return new ProcessorFault(
    refused ? 'refused' : 'unknown',
    facts,
    request_id,
    knownCode(status, message) ?? words.at(-1),
  )
}

function knownCode(status: number, message: string): KnownCode | undefined {
  if (/duplicate.*reference/i.test(message)) return 'duplicate_reference'
  return status === 404 || /not found/i.test(message) ? 'not_found' : undefined
}

/** Whether a call was refused for this reason. */
export function isRefusedAs(error: unknown, code: KnownCode): boolean {
  return error instanceof ProcessorFault && error.kind === 'refused' && error.code === code
}

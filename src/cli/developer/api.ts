import { commandSettings, type EnvironmentVariables } from '../../config.ts'
import { parseJson } from '../../core/json-reader.ts'
import { UsageError } from '../usage.ts'

/** What the server said instead of what was asked for. Its message is one line. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string | undefined

  constructor(status: number, message: string, code?: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The server did not answer, or said that it cannot now: the same call may work later. */
export class Unanswered extends Error {}

/** A server, and the key that its API is called with. */
export type ApiPlace = { url: string; key: string }

/** The API of a server, called with one key. */
export type Api = ApiPlace & {
  mode: 'test' | 'live'
  /** Returns the body of a 2xx. Throws ApiError for any other status, and Unanswered when there was none, a 429 or a 5xx. */
  call<Body>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Body>
}

// A poll that waits is answered after 30 s.
const deadline_ms = 45_000

/** Reads TALLYSTICK_URL and TALLYSTICK_API_KEY. Throws UsageError when one cannot be used. */
export function readApi(environment: EnvironmentVariables): Api {
  const address = environment.TALLYSTICK_URL?.trim() || commandSettings.TALLYSTICK_URL.default
  const key = environment.TALLYSTICK_API_KEY?.trim() ?? ''
  if (!isHttpAddress(address)) {
    throw new UsageError('TALLYSTICK_URL should be the address of a server, such as https://pay.example.com.')
  }
  if (!/^[sr]k_\w+$/.test(key)) {
    throw new UsageError('TALLYSTICK_API_KEY should be a secret key: the server prints one at its first start.')
  }
  const url = address.replace(/\/+$/, '')
  return {
    url,
    key,
    mode: /^.k_test_/.test(key) ? 'test' : 'live',
    call: (method, path, body, signal) => call({ url, key }, method, path, body, signal),
  }
}

/** Whether the text is an absolute http or https address. */
export function isHttpAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}

async function call<Body>(
  { url, key }: ApiPlace,
  method: string,
  path: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): Promise<Body> {
  const deadline = AbortSignal.timeout(deadline_ms)
  let response: Response
  let text: string
  try {
    response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      ...(body && { body: JSON.stringify(body) }),
    })
    text = await response.text()
  } catch (error) {
    signal?.throwIfAborted()
    throw new Unanswered(`${url} does not answer (${causeOf(error)}).`)
  }
  if (response.ok) return parseJson(text) as Body
  if (response.status >= 500 || response.status === 429) throw new Unanswered(`${url} answered ${response.status}.`)
  throw refusal(response.status, text, `${method} ${path}`)
}

function refusal(status: number, text: string, what: string): ApiError {
  try {
    const { code, detail, title, errors = [] } = JSON.parse(text)
    const [first] = errors
    return new ApiError(status, `${what}: ${first?.detail ?? detail ?? title} (${code})`, code)
  } catch {
    return new ApiError(status, `${what} was answered with ${status}: is that a Tallystick server?`)
  }
}

/** What went wrong, in a few words, such as `ECONNREFUSED`. */
export function causeOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  if (name === 'TimeoutError') return 'timeout'
  return cause?.code ?? cause?.message ?? message
}

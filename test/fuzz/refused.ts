import { expect } from 'vitest'
import type { PayerForm } from '../pages/payer.ts'
import { askRaw, rawRequest } from '../support/raw-http.ts'
import type { TestServer } from '../support/server.ts'
import { type Call, type Place, withValue } from './operations.ts'

/** How a refusal came: its status, its media type, its text. */
export type Seen = { status: number; type: string; text: string }

/** A request that is to be refused, what it is called in a failure, and what the problem should hold besides its status. */
export type Attempt = { what: string; answer: Promise<Seen>; expected: object }

/** Sends requests as a library would, and some as no library can. */
export function sender(server: () => TestServer) {
  return {
    async send(
      method: string,
      path: string,
      body?: Buffer | string,
      headers: Record<string, string> = {},
    ): Promise<Seen> {
      const { url, key } = server()
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body }),
      })
      return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
    },
    async sendRaw(
      method: string,
      target: string,
      headers: Record<string, string | string[]> = {},
      body?: string,
    ): Promise<Seen> {
      const { url, key } = server()
      const all = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers }
      const answer = await askRaw(url, rawRequest(method, target, all, body))
      const type = /content-type: (.*)/i.exec(answer.head)?.[1] ?? ''
      return { status: answer.status, type, text: answer.body }
    },
  }
}

/** Makes all attempts, some at once, and expects of each the problem that it names. */
export async function expectRefused(attempts: (() => Attempt)[]): Promise<void> {
  expect(attempts.length).toBeGreaterThan(0)
  const wrong: object[] = []
  for (let start = 0; start < attempts.length; start += 16) {
    const made = attempts.slice(start, start + 16).map((attempt) => attempt())
    for (const { what, answer, expected } of made) {
      const { status, type, text } = await answer
      const problem = type.startsWith('application/problem+json') ? JSON.parse(text) : { text: text.slice(0, 200) }
      const seen = { status, code: problem.code, detail: problem.detail, errors: problem.errors }
      try {
        expect(seen).toMatchObject({ status: 400, ...expected })
      } catch {
        wrong.push({ what, seen, expected })
      }
    }
  }
  expect(wrong).toEqual([])
}

/** The text of a body with other bytes in the place of one value, and the byte at which they begin. */
export function spoilt({ body }: Call, { path }: Place, by: Buffer | string): { bytes: Buffer; at: number } {
  const mark = '@here@'
  const text = JSON.stringify(withValue(body, path, mark))
  const parts = typeof by === 'string' ? text.split(`"${mark}"`) : text.split(mark)
  const [head = '', tail = ''] = parts
  return { bytes: Buffer.concat([Buffer.from(head), Buffer.from(by), Buffer.from(tail)]), at: Buffer.byteLength(head) }
}

/** What the page that refuses a form has in common with all such pages. */
export const refusedPage = { status: 400, type: 'text/html; charset=utf-8' }

/** Posts the bytes of a form from the page that it stands on. */
export async function postForm(
  form: PayerForm,
  body: Buffer,
  type = 'application/x-www-form-urlencoded',
): Promise<{ status: number; type: string | null }> {
  const response = await fetch(form.action, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': type, origin: new URL(form.action).origin },
    body,
  })
  return { status: response.status, type: response.headers.get('content-type') }
}

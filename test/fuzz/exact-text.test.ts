import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAccount, open, type PayerForm, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { fingerprint } from './fingerprint.ts'
import { type Call, everyCall, pointerTo } from './operations.ts'
import { expectRefused, postForm, refusedPage, sender, spoilt } from './refused.ts'

// Every text that comes in, in every operation of openapi.json, in its body, its query and its path, and in the forms: what is not UTF-8
// is refused with the byte, and nothing is written.

let server: TestServer
let calls: Call[]
let forms: PayerForm[]
let before: Record<string, string>
const { send, sendRaw } = sender(() => server)
beforeAll(async () => {
  server = await testServer()
  calls = await everyCall(server)
  const page = await open((await makeAccount(server)).presentment_url)
  forms = [page.forms[0] as PayerForm, (await submit(page.forms[0])).forms[0] as PayerForm]
})
afterAll(() => server.stop())
beforeEach(async () => {
  before = await fingerprint(server)
})
afterEach(async () => {
  expect(await fingerprint(server)).toEqual(before)
})

const withBody = () => calls.filter(({ body }) => body !== undefined)

const invalidBytes: [string, Buffer][] = [
  ['a Latin-1 letter', Buffer.from('Ren\xe9', 'latin1')],
  ['an overlong slash', Buffer.from('c0af', 'hex')],
  ['a surrogate', Buffer.from('eda080', 'hex')],
  ['a cut sequence', Buffer.from('e282', 'hex')],
  ['half of a cut sequence before a letter', Buffer.from('c361', 'hex')],
  ['beyond the last code point', Buffer.from('f4908080', 'hex')],
]
const invalidPercents = ['%ff', '%c0%af', '%ed%a0%80', '%e2%82', '%c3a', '%f4%90%80%80', '%zz', '%2', '%']

describe('text that is not UTF-8', () => {
  test.each(invalidBytes)('%s, in every text of every body', async (what, bytes) => {
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter(({ type }) => type === 'string')
          .map((place) => () => {
            const { bytes: body, at } = spoilt(call, place, bytes)
            const fault = at + bytes.indexOf(what === 'a Latin-1 letter' ? 0xe9 : (bytes[0] as number))
            return {
              what: `${call.id} ${pointerTo(place.path)}`,
              answer: send(call.method, call.path, body),
              expected: { code: 'invalid_encoding', detail: expect.stringContaining(`at byte ${fault} `) },
            }
          }),
      ),
    )
  })

  test('in every parameter of every query', async () => {
    const attempts = calls.flatMap((call) =>
      call.query.flatMap(({ name }) =>
        invalidPercents.map((text) => () => ({
          what: `${call.id} ${name}=${text}`,
          answer: send(
            call.method,
            `${call.path.split('?')[0]}?${name === 'metadata' ? 'metadata[a]' : name}=x${text}`,
          ),
          expected: { code: 'invalid_encoding', detail: expect.stringMatching(/at byte \d+/) },
        })),
      ),
    )
    await expectRefused(attempts)
  })

  test('in every parameter of every path', async () => {
    const attempts = calls.flatMap((call) =>
      call.params.flatMap((name) =>
        invalidPercents.map((text) => () => {
          const start = call.template.indexOf(`{${name}}`) + 1
          return {
            what: `${call.id} ${name}=${text}`,
            answer: sendRaw(call.method, call.template.replace(`{${name}}`, `x${text}`)),
            expected: { code: 'invalid_encoding', detail: expect.stringContaining(`at byte ${start}`) },
          }
        }),
      ),
    )
    await expectRefused(attempts)
  })

  test('in another charset, whatever the operation', async () => {
    const charsets = ['iso-8859-1', '"windows-1252"', 'UTF-16', 'utf-7', '']
    await expectRefused(
      withBody().flatMap((call) =>
        charsets.map((charset) => () => ({
          what: `${call.id} ${charset}`,
          answer: send(call.method, call.path, JSON.stringify(call.body), {
            'content-type': `application/json; charset=${charset}`,
          }),
          expected: { code: 'invalid_encoding' },
        })),
      ),
    )
  })

  test('in every field of the forms is a page that says so', async () => {
    const seen: unknown[] = []
    for (const form of forms) {
      for (const name of Object.keys({ ...form.fields, utm_source: '' })) {
        const raw = invalidBytes.map(([, bytes]) => bytes)
        for (const value of [...raw, ...invalidPercents.map((text) => Buffer.from(text))]) {
          const others = new URLSearchParams({ ...form.fields, [name]: '@here@' })
            .toString()
            .split(encodeURIComponent('@here@'))
          const body = Buffer.concat([Buffer.from(others[0] as string), value, Buffer.from(others[1] as string)])
          seen.push(await postForm(form, body))
        }
      }
    }
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(refusedPage)]))
  })

  test('in the address of a page is a page that says so', async () => {
    const [form] = forms
    const link = new URL((form as PayerForm).action).pathname
    for (const text of invalidPercents) {
      for (const path of [
        `/p/${text}`,
        `/p/x/payments/${text}`,
        `/simulator/charges/${text}`,
        `${link}?utm_source=${text}`,
        `${link}?${text}=1`,
      ]) {
        const { status, type } = await sendRaw('GET', path)
        expect([path, status, type]).toEqual([path, 400, 'text/html; charset=utf-8'])
      }
    }
  })
})

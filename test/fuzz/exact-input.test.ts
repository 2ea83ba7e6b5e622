import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAccount, open, type PayerForm, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { fingerprint } from './fingerprint.ts'
import { type Call, everyCall, pointerTo, valueAt, withValue } from './operations.ts'
import { expectRefused, postForm, refusedPage, sender, spoilt } from './refused.ts'

// Every operation of openapi.json, every member and parameter of it, the forms and the headers: what could be read in two ways is
// refused with its place, and nothing is written.

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
const withoutBody = () => calls.filter(({ body }) => body === undefined)
const has = (...errors: object[]) => ({
  errors: expect.arrayContaining(errors.map((one) => expect.objectContaining(one))),
})
const spellings = ['20.00', '1.0', '2e3', '2E3', '-0', '1e400', '9007199254740993', '123456789012345678901234567890']

test('every operation is called', () => {
  expect(calls.length).toBeGreaterThan(45)
  expect(withBody().length).toBeGreaterThan(15)
})

describe('numbers that are not what was written', () => {
  test.each(spellings)('%s, in every number of every body', async (number) => {
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter(({ type }) => type === 'integer')
          .map((place) => () => ({
            what: `${call.id} ${pointerTo(place.path)}`,
            answer: send(call.method, call.path, spoilt(call, place, number).bytes),
            expected: has({ pointer: pointerTo(place.path), code: 'invalid_number' }),
          })),
      ),
    )
  })

  test('in every number of every query', async () => {
    const texts = [...spellings, '0x10', '1e1', ' 5', '+5', '5 ', '05', '1_000', '٥', '', 'ten', '5,0']
    await expectRefused(
      calls.flatMap((call) =>
        call.query
          .filter(({ type }) => type === 'integer')
          .flatMap(({ name }) =>
            texts.map((text) => () => ({
              what: `${call.id} ${name}=${text}`,
              answer: send(call.method, `${call.path.split('?')[0]}?${name}=${encodeURIComponent(text)}`),
              expected: has({ parameter: name }),
            })),
          ),
      ),
    )
  })
})

describe('what is not known', () => {
  test('in every object of every body', async () => {
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter(({ type }) => type === 'object')
          .map(({ path }) => () => ({
            what: `${call.id} ${pointerTo(path)}`,
            answer: send(call.method, call.path, JSON.stringify(withValue(call.body, [...path, 'unknown_member'], 1))),
            expected: has({ pointer: pointerTo([...path, 'unknown_member']), code: 'unknown_member' }),
          })),
      ),
    )
  })

  test('is any body where an operation takes none', async () => {
    const bodies = ['{"dry_run":true}', '[1]', '"text"', '5', 'null', '[]', '{"__proto__":{}}']
    await expectRefused(
      withoutBody().flatMap((call) =>
        bodies.map((body) => () => ({
          what: `${call.id} ${body}`,
          answer: sendRaw(call.method, call.path, {}, body),
          expected: has(
            call.method !== 'GET' && body.startsWith('{"d') ? { pointer: '/dry_run', code: 'unknown_member' } : {},
          ),
        })),
      ),
    )
  })

  test('is refused in every query, with its name', async () => {
    await expectRefused(
      calls.flatMap((call) =>
        [
          'unknown=1',
          'Limit=1',
          'limit[]=1',
          'unknown',
          '=1',
          'metadata[a]b]=1',
          'metadata[__proto__]=1',
          '__proto__=1',
        ].map((text) => () => {
          const name = text.split('=')[0] as string
          return {
            what: `${call.id} ${text}`,
            answer: send(
              call.method,
              `${call.path}${call.path.includes('?') ? '&' : '?'}${text}`,
              call.body && JSON.stringify(call.body),
            ),
            expected: has({ parameter: name, code: 'unknown_member' }),
          }
        }),
      ),
    )
  })
})

describe('what is sent twice', () => {
  test('is refused in every member of every body', async () => {
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter(({ type }) => type === 'object')
          .flatMap(({ path }) => {
            const object = valueAt(call.body, path)
            return object !== null && typeof object === 'object'
              ? Object.keys(object).map((name) => ({ path, object, name }))
              : []
          })
          .map(({ path, object, name }) => () => {
            const text = JSON.stringify(object)
            const twice = `{${JSON.stringify(name)}:1,${text.slice(1)}`
            return {
              what: `${call.id} ${pointerTo([...path, name])}`,
              answer: send(call.method, call.path, spoilt(call, { path, type: 'object' }, twice).bytes),
              expected: has({ pointer: pointerTo([...path, name]), code: 'repeated' }),
            }
          }),
      ),
    )
  })

  test('is refused in every query', async () => {
    await expectRefused(
      calls.flatMap((call) =>
        call.query.map(({ name, type }) => () => {
          const one = type === 'object' ? `${name}[a]` : name
          return {
            what: `${call.id} ${one}`,
            answer: send(call.method, `${call.path.split('?')[0]}?${one}=1&${one}=2`),
            expected: has({ parameter: one, code: 'repeated' }),
          }
        }),
      ),
    )
  })

  test.each(['Host', 'Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match'])(
    'is refused in the header %s',
    async (header) => {
      await expectRefused(
        calls.flatMap((call) =>
          [
            ['a', 'a'],
            ['a', 'b'],
          ].map((values) => () => {
            const sent = header === 'Authorization' ? [`Bearer ${server.key}`, 'Bearer other'] : values
            return {
              what: `${call.id} ${values}`,
              answer: sendRaw(
                call.method,
                call.path,
                { [header.toLowerCase()]: sent },
                call.body && JSON.stringify(call.body),
              ),
              expected: {
                code: 'invalid_request',
                detail: `The header ${header.toLowerCase()} was sent more than once.`,
              },
            }
          }),
        ),
      )
    },
  )

  test('is refused in every field of the forms', async () => {
    for (const form of forms) {
      for (const name of Object.keys(form.fields)) {
        const body = `${new URLSearchParams(form.fields)}&${name}=1`
        expect(await postForm(form, Buffer.from(body))).toEqual(refusedPage)
      }
      const latin = 'application/x-www-form-urlencoded; charset=iso-8859-1'
      expect(await postForm(form, Buffer.from(String(new URLSearchParams(form.fields))), latin)).toEqual(refusedPage)
    }
  })
})

test('a prototype is refused in every object of every body', async () => {
  await expectRefused(
    withBody().flatMap((call) =>
      call.places
        .filter(({ type }) => type === 'object')
        .flatMap(({ path }) => [
          () => ({
            what: `${call.id} ${pointerTo(path)}`,
            answer: send(call.method, call.path, spoilt(call, { path, type: 'object' }, '{"__proto__":{"a":1}}').bytes),
            expected: has({ pointer: pointerTo([...path, '__proto__']), code: 'unknown_member' }),
          }),
          () => ({
            what: `${call.id} ${pointerTo(path)}`,
            answer: send(
              call.method,
              call.path,
              spoilt(call, { path, type: 'object' }, '{"constructor":{"prototype":{"a":1}}}').bytes,
            ),
            expected: has({ pointer: pointerTo([...path, 'constructor']), code: 'unknown_member' }),
          }),
        ]),
    ),
  )
})

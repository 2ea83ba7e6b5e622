import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isOfLibrary, openapi } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { fingerprint } from './fingerprint.ts'
import { type Call, everyCall, type Place, pointerTo, valueAt, withValue } from './operations.ts'
import { type Attempt, expectRefused, sender } from './refused.ts'
import { type SampleObjects, sampleObjects } from './requests.ts'

// Every operation of openapi.json, spoilt in one way at a time: the refusal has the place, and says what was expected there.

let server: TestServer
let calls: Call[]
let objects: SampleObjects
let before: Record<string, string>
const { send } = sender(() => server)
beforeAll(async () => {
  server = await testServer()
  calls = await everyCall(server)
  const other = await testServer({ database: server.database, merchant: { name: 'Other', slug: 'other' } })
  objects = await sampleObjects(other)
  await other.stop()
})
afterAll(() => server.stop())
beforeEach(async () => {
  before = await fingerprint(server)
})
afterEach(async () => {
  expect(await fingerprint(server)).toEqual(before)
})

const withBody = () => calls.filter(({ body }) => body !== undefined)
const json = (call: Call) => call.body && JSON.stringify(call.body)

/** An error with a place, of a code, that says what was expected there. */
const says = (place: { pointer: string } | { parameter: string }, code: string, expected: RegExp) => ({
  errors: expect.arrayContaining([
    expect.objectContaining({ ...place, code, detail: expect.stringMatching(expected) }),
  ]),
})

/** A place with a value in it, sent in the body of its operation. */
function sending(call: Call, path: Place['path'], value: unknown, expected: object): () => Attempt {
  return () => ({
    what: `${call.id} ${pointerTo(path)}`,
    answer: send(call.method, call.path, JSON.stringify(withValue(call.body, path, value))),
    expected,
  })
}

/** A batch takes more, and what is not there is the outcome of its row. */
const isBatch = ({ id }: Call) => id.endsWith('Batch')

/** Whether a text may stand where an object may. */
const mayBeText = (call: Call, { path }: Place) =>
  call.places.some((one) => one.type === 'string' && pointerTo(one.path) === pointerTo(path))

describe('a body', () => {
  test('of another type, in every place', async () => {
    const wrong = { string: 5, integer: 'five', object: 'text' }
    const fault = /^should be .+, not (?:a number|a text|an object)$/
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter((place) => place.type !== 'object' || !mayBeText(call, place))
          .filter(({ path }) => path.length > 0)
          .map(({ path, type }) =>
            sending(call, path, wrong[type], {
              errors: expect.arrayContaining([
                expect.objectContaining({
                  pointer: pointerTo(path),
                  code: expect.stringMatching(/^invalid_(?:type|union|value)$/),
                  detail: expect.stringMatching(type === 'string' ? /^should be / : fault),
                }),
              ]),
            }),
          ),
      ),
    )
  })

  test('without a field that is required', async () => {
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter(({ path }) => isObject(valueAt(call.body, path)))
          .flatMap(({ path, required = [] }) =>
            required.map((name) =>
              sending(
                call,
                [...path, name],
                undefined,
                says(
                  { pointer: pointerTo([...path, name]) },
                  'required',
                  /^is required: send an? |^is required: send the /,
                ),
              ),
            ),
          ),
      ),
    )
  })

  test('with a field that is misspelt, in every object', async () => {
    await expectRefused(
      withBody().flatMap((call) =>
        call.places
          .filter(({ type }) => type === 'string' || type === 'integer')
          .filter(({ path }) => typeof path.at(-1) === 'string' && path.at(-1) !== 'k')
          .map(({ path }) => {
            const name = String(path.at(-1))
            const misspelt = [...path.slice(0, -1), `${name}s`]
            return sending(
              call,
              misspelt,
              1,
              says({ pointer: pointerTo(misspelt) }, 'unknown_member', new RegExp(`did you mean \`${name}\`\\?`)),
            )
          }),
      ),
    )
  })

  test('that is no JSON, or none', async () => {
    await expectRefused(
      withBody().flatMap((call) => [
        () => ({
          what: `${call.id} a comma too many`,
          answer: send(call.method, call.path, '{\n  "a": 1,\n}'),
          expected: {
            code: 'malformed_json',
            ...says({ pointer: '' }, 'malformed_json', /line 3, column 1: a name in double quotes was expected/),
          },
        }),
        ...(call.body_optional
          ? []
          : [
              () => ({
                what: `${call.id} nothing`,
                answer: send(call.method, call.path, ''),
                expected: says({ pointer: '' }, 'required', /^is required: send an object, which may have /),
              }),
            ]),
        () => ({
          what: `${call.id} a list`,
          answer: send(call.method, call.path, '[]'),
          expected: says({ pointer: '' }, 'invalid_type', /^should be an object, .* not a list$/),
        }),
        () => ({
          what: `${call.id} another media type`,
          answer: send(call.method, call.path, '{}', { 'content-type': 'application/xml' }),
          expected: { status: 415, code: 'unsupported_media_type' },
        }),
        () => ({
          what: `${call.id} 300 kB`,
          answer: send(call.method, call.path, JSON.stringify('x'.repeat(isBatch(call) ? 2_100_000 : 300_000))),
          expected: { status: 413, code: 'body_too_large' },
        }),
      ]),
    )
  })
})

test('a parameter that is misspelt, or has a value of another type', async () => {
  const wrong = { integer: 'ten', object: 'text' } as Record<string, string>
  await expectRefused(
    calls.flatMap((call) => {
      const with_ = (text: string) => `${call.path.split('?')[0]}?${text}`
      return call.query.flatMap(({ name, type, schema }) => {
        const hasForm = schema.enum !== undefined || schema.format !== undefined || name === 'currency'
        const value = wrong[type] ?? (hasForm ? 'zzz' : undefined)
        return [
          () => ({
            what: `${call.id} ${name}s`,
            answer: send(call.method, with_(`${name}s=1`), json(call)),
            expected: says(
              { parameter: `${name}s` },
              'unknown_member',
              // Nothing is near to a name of one letter.
              new RegExp(name.length === 1 ? `known are .*${name}` : `did you mean \`${name}\`\\? Known are .*${name}`),
            ),
          }),
          ...(value === undefined
            ? []
            : [
                () => ({
                  what: `${call.id} ${name}=${value}`,
                  answer: send(call.method, with_(`${name}=${value}`), json(call)),
                  expected: {
                    errors: expect.arrayContaining([
                      expect.objectContaining({ parameter: name, detail: expect.stringMatching(/^should be /) }),
                    ]),
                  },
                }),
              ]),
        ]
      })
    }),
  )
})

describe('an id', () => {
  const kinds = ['customer', 'account', 'bill', 'payment', 'obligation', 'endpoint'] as const
  const named = /This is the id of an? /

  test('of another kind, in every path', async () => {
    await expectRefused(
      calls.flatMap((call) =>
        // A processor has a name, and no id.
        call.params
          .filter((param) => param !== 'processor')
          .flatMap((param) =>
            kinds
              .filter((kind) => kind !== param)
              .map((kind) => () => ({
                what: `${call.id} with the id of a ${kind}`,
                answer: send(call.method, withParam(call, param, objects[kind]), json(call)),
                expected: { status: 404, code: 'not_found', ...says({ parameter: param }, 'not_found', named) },
              })),
          ),
      ),
    )
  })

  test('of another kind, or of another merchant, in every body', async () => {
    await expectRefused(
      alone().flatMap((call) =>
        namesIn(call).flatMap(([path, kind]) => {
          const wrong = kind === 'bill' ? objects.customer : objects.bill
          const pointer = pointerTo(path)
          return [
            sending(call, path, wrong, { status: 404, ...says({ pointer }, 'not_found', named) }),
            sending(call, path, objects[kind], { status: 404, ...says({ pointer }, 'not_found', /^There is no /) }),
          ]
        }),
      ),
    )
  })

  test('of another kind, or of another merchant, in every row of a batch, is the outcome of that row', async () => {
    for (const call of withBody().filter(isBatch)) {
      for (const [path, kind] of namesIn(call)) {
        for (const wrong of [kind === 'bill' ? objects.customer : objects.bill, objects[kind]]) {
          const { status, text } = await send(call.method, call.path, JSON.stringify(withValue(call.body, path, wrong)))
          const pointer = pointerTo(path.slice(2))
          expect([call.id, status, JSON.parse(text)]).toMatchObject([
            call.id,
            200,
            { data: [{ status: 404, body: { code: 'not_found', errors: [{ pointer }] } }], failed: 1 },
          ])
        }
      }
    }
  })

  const alone = () => withBody().filter((call) => !isBatch(call))

  /** The objects that the sample of an operation names: those alone can be named otherwise without another fault. */
  function namesIn(call: Call): [Place['path'], (typeof kinds)[number]][] {
    return call.places.flatMap(({ path, type }): [Place['path'], (typeof kinds)[number]][] => {
      const name = path.at(-1) === 'replaces' ? 'payment' : kinds.find((kind) => kind === path.at(-1))
      return type === 'string' && name !== undefined && typeof valueAt(call.body, path) === 'string'
        ? [[path, name]]
        : []
    })
  }
})

describe('an address', () => {
  const paths = () => [...Map.groupBy(calls, ({ template }) => template)].map(([, all]) => all as [Call, ...Call[]])

  test('with another method is a 405 that names those that it takes', async () => {
    for (const all of paths()) {
      const path = all[0].path.split('?')[0] as string
      // Where an id stands, a path may read as two: /billing/payments/preview is one of a payment, too.
      const known = calls.filter(({ template }) => matches(template, path)).map(({ method }) => method)
      const allowed = [...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort()
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY']) {
        if (allowed.includes(method)) continue
        const hasBody = ['POST', 'PUT', 'PATCH', 'QUERY'].includes(method)
        const response = await fetch(server.url + path, { method, ...(hasBody && { body: '{' }) })
        const text = await response.text()
        const seen = [method, path, response.status, response.headers.get('allow')]
        expect(seen).toEqual([method, path, 405, [...new Set(allowed)].join(', ')])
        if (method === 'HEAD') continue
        const problem = JSON.parse(text)
        expect(problem).toMatchObject({ status: 405, code: 'method_not_allowed', instance: path })
        if (method === 'PUT' && allowed.includes('PATCH')) expect(problem.detail).toContain('with PATCH')
      }
    }
  })

  test('answers OPTIONS without a key, and HEAD as GET without the body', async () => {
    for (const call of calls) {
      const options = await fetch(server.url + call.path, { method: 'OPTIONS' })
      expect([options.status, options.headers.get('allow')?.split(', ')]).toEqual([
        204,
        expect.arrayContaining([call.method, 'OPTIONS']),
      ])
      if (call.method !== 'GET') continue
      const headers = { authorization: `Bearer ${server.key}` }
      const got = await fetch(server.url + call.path, { headers })
      const head = await fetch(server.url + call.path, { method: 'HEAD', headers })
      const shown = (response: Response) => [response.status, response.headers.get('content-type')]
      expect([call.id, ...shown(head), await head.text()]).toEqual([call.id, ...shown(got), ''])
      await got.text()
    }
  })

  test('with a slash at its end, or two in a row, is a 404 that names the path without', async () => {
    await expectRefused(
      calls.flatMap((call) => {
        const [path = '', query] = call.path.split('?')
        const spoilt = [`${path}/`, `/${path}`, path.replace(/\/(?=[^/]+$)/, '//'), `${path}//`]
        return spoilt.map((one) => () => ({
          what: `${call.method} ${one}`,
          answer: send(call.method, query === undefined ? one : `${one}?${query}`, json(call)),
          expected: {
            status: 404,
            code: 'not_found',
            detail: expect.stringMatching(new RegExp(`Send it to ${path}\\.$`)),
          },
        }))
      }),
    )
  })
})

test('no refusal speaks the language of a library', { timeout: 120_000 }, async () => {
  const values = [
    5,
    '',
    ' ',
    'x'.repeat(3_000),
    -1,
    1_000_000_000_000_001,
    true,
    [],
    {},
    null,
    ['a'],
    { a: 1 },
    { '': 1 },
  ]
  const said = new Set<string>()
  for (const call of withBody()) {
    // Refused whatever the value is.
    const body = { ...call.body, unknown_member: 1 }
    for (const { path } of call.places.filter((place) => place.path.length > 0)) {
      for (const value of values) {
        const { text } = await send(call.method, call.path, JSON.stringify(withValue(body, path, value)))
        for (const { detail } of JSON.parse(text).errors) said.add(detail)
      }
    }
  }
  expect([...said].filter((detail) => isOfLibrary(detail))).toEqual([])
  expect(said.size).toBeGreaterThan(50)
})

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function withParam(call: Call, param: string, id: string): string {
  const [filled = '', query] = call.path.split('?')
  const at = call.template.split('/').indexOf(`{${param}}`)
  const path = filled.split('/').with(at, id).join('/')
  return query === undefined ? path : `${path}?${query}`
}

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path) && template in openapi.paths
}

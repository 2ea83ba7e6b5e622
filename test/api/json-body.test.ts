import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJsonBody } from '../../src/api/json-body.ts'
import { Problem } from '../../src/core/problem.ts'
import { seedOf } from '../support/seed.ts'

const read = (text: string) => readJsonBody(Buffer.from(text))
/** The code, the places and the rules of a refusal. */
function refusal(text: string): unknown {
  try {
    return { value: read(text) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.code, ...error.errors.map((one) => `${'pointer' in one ? one.pointer : '?'} ${one.code}`)]
  }
}

// Names and texts in which what the reader looks for stands without meaning it.
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('a:b', '20.00', '1e5', '{"a":1,"a":2}', '\\', '\\"', '"', '[[', '\\u0061', '-0', 'é:"'),
  )
  .filter((one) => one !== '__proto__')
const whole = fc.maxSafeInteger().map((number) => (Object.is(number, -0) ? 0 : number))
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    whole,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value

// The value itself is compared with: JSON.parse can lose a member whose name has an escape.
test('what is written exactly is read as it was', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const written = JSON.stringify(value, undefined, space)
      expect(read(written)).toEqual(value)
    }),
    { numRuns: 2_000, seed: seedOf('SEED') },
  )
})

test('a member that is written twice is found wherever it stands, however it is spelt', () => {
  fc.assert(
    fc.property(json, json, text, fc.boolean(), (one, other, name, escaped) => {
      const plain = JSON.stringify(name)
      const first = name.charCodeAt(0).toString(16).padStart(4, '0')
      const spelt = escaped && /^[a-z]/.test(name) ? `"\\u${first}${plain.slice(2)}` : plain
      const object = `{${plain}:${JSON.stringify(one)},"between":0,${spelt} : ${JSON.stringify(other)}}`
      expect(refusal(`{"deep":[1,${object}]}`)).toEqual([
        'invalid_request',
        expect.stringMatching(/^\/deep\/1\/.* repeated$/s),
      ])
    }),
    { numRuns: 1_000, seed: seedOf('SEED') },
  )
})

describe('numbers', () => {
  test.each([
    '20.00',
    '1.0',
    '2e3',
    '2E3',
    '2e-3',
    '1.5e+2',
    '-0',
    '0.0',
    '-20.5',
    '1e400',
    '9007199254740992',
    '9'.repeat(400),
  ])('%s is none that is meant', (number) => {
    expect(refusal(`{"amount":${number}}`)).toEqual(['invalid_request', '/amount invalid_number'])
    expect(refusal(`[0,[ -7 , ${number} ]]`)).toEqual(['invalid_request', '/1/1 invalid_number'])
    expect(refusal(number)).toEqual(['invalid_request', ' invalid_number'])
  })

  test.each(['0', '7', '-7', '999999999999', '1000000000000000', '-1000000000000000', '9007199254740991'])(
    '%s is',
    (number) => {
      expect(read(`{"amount":${number}}`)).toEqual({ amount: Number(number) })
    },
  )

  test.each([
    ['20.00', 'send 2000'],
    ['20.5', 'send 2050'],
    ['-0.07', 'send -7'],
    ['1e3', 'for 20.00 in one of two decimals send 2000'],
    ['1.2345', 'for 20.00 in one of two decimals send 2000'],
  ])('%s is answered with what to send', (number, said) => {
    expect(() => read(`{"amount":${number}}`)).toThrow(said)
  })
})

describe('a body that JSON.parse would take', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  test.each([
    ['a prototype', '{"a":{"__proto__":{"b":1}}}', ['/a/__proto__ unknown_member']],
    ['a prototype in other letters', '{"\\u005f_proto__":1}', ['/__proto__ unknown_member']],
    ['half a surrogate in a text', '{"a":["\\ud83d"]}', ['/a/0 invalid_encoding']],
    ['half a surrogate in a name', '{"\\udca7":1}', ['/\udca7 invalid_encoding']],
    [
      'several faults',
      '{"a":1.5,"b":[2e1],"a":-0}',
      ['/a invalid_number', '/b/0 invalid_number', '/a repeated', '/a invalid_number'],
    ],
    [
      'too many members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, at) => [at, 0]))),
      [' too_many'],
    ],
    ['too many items', `{"a":[${'0,'.repeat(1_000)}0]}`, ['/a too_many']],
    ['nested too deep', nested(33), [' invalid_request']],
    ['nested far too deep', nested(100_000), [' invalid_request']],
  ])('is refused for %s', (_name, body, faults) => {
    expect(refusal(body)).toEqual(['invalid_request', ...faults])
  })

  test('is taken with 32 levels, 100 members, 1,000 items, and a mark before it', () => {
    expect(read(nested(32))).toEqual(JSON.parse(nested(32)))
    expect(
      Object.keys(read(JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [at, 0])))) as object),
    ).toHaveLength(100)
    expect(read(`[${'0,'.repeat(999)}0]`)).toHaveLength(1_000)
    expect(read('\ufeff{}')).toEqual({})
    expect(read('{"constructor":"Smith & Sons","toString":1}')).toEqual({ constructor: 'Smith & Sons', toString: 1 })
  })
})

test.each([
  '{',
  '{"a":1}}',
  '{"a":01}',
  '{"a":.5}',
  '{"a":+1}',
  "{'a':1}",
  '{"a" 1}',
  'nul',
  '{"a":"b',
  '\ufeff\ufeff{}',
  '-',
  '{"a":1e}',
])('%s is no JSON', (body) => {
  expect(refusal(body)).toEqual(['malformed_json', ' malformed_json'])
})

test('bytes that are not UTF-8 are refused before they are read as JSON', () => {
  expect(() => readJsonBody(Buffer.from('{"a":"\xe9"}', 'latin1'))).toThrow(
    'The body is not UTF-8: it goes wrong at byte 6 (0xe9)',
  )
})

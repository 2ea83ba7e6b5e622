import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/core/json-reader.ts'
import { seedOf } from '../support/seed.ts'

// JSON.parse of V8 13.6 reads the second name of `{"-0":"\\","\"":1}` as `\` once it has seen `{"-0":"a","\\":1}`.
const name = fc.constantFrom('-0', '"', '\\', '\\"', 'a', '1e5', '')
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    name,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const seed = seedOf('SEED')

test(`names with an escape are read as they were written (SEED=${seed})`, () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(parseJson(JSON.stringify(value))).toEqual(value)
    }),
    { numRuns: 20_000, seed },
  )
})

test('what is larger than a body may be is read too', () => {
  const value = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`a${at}`, `\\${at}`]))
  expect(parseJson(JSON.stringify({ value }))).toEqual({ value })
})

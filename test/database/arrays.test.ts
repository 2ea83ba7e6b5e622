import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/core/id/id.ts'
import {
  bigintArray,
  booleanArray,
  bytesArray,
  integerArray,
  textArray,
  timeArray,
  uuidArray,
} from '../../src/database/arrays.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** What PostgreSQL reads of an array of a type. */
async function readBack(type: string, array: Buffer): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as one (value, place) order by place`,
    [array],
  )
  return rows.map(({ value }) => value)
}

const ids = [
  newId(0, Date.now()),
  newId(65_535, Date.now()),
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '00000000-0000-0000-0000-000000000000',
]
const times = [new Date(0), new Date('1999-12-31T23:59:59.999Z'), new Date('2026-11-24T12:34:56.789Z')]
const texts = ['', 'plain', 'a "quote", a \\ and {braces}', 'null', 'Zürich 東京 🧾', '\n\t']

describe('an array in binary', () => {
  test.each<[string, Buffer, unknown[]]>([
    ['uuid', uuidArray([...ids, null]), [...ids, null]],
    ['integer', integerArray([0, -1, 2 ** 31 - 1, -(2 ** 31), null]), [0, -1, 2 ** 31 - 1, -(2 ** 31), null]],
    [
      'bigint',
      bigintArray([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), null]),
      [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), null],
    ],
    ['boolean', booleanArray([true, false]), [true, false]],
    ['timestamptz', timeArray([...times, null]), [...times, null]],
    ['text', textArray([...texts, null]), [...texts, null]],
    ['bytea', bytesArray([Buffer.from([0, 255, 92]), Buffer.alloc(0)]), [Buffer.from([0, 255, 92]), Buffer.alloc(0)]],
  ])('of %s is read as what it was made of', async (type, array, values) => {
    expect(await readBack(type, array)).toEqual(values)
  })

  test.each([
    ['uuid', uuidArray([])],
    ['text', textArray([])],
    ['bytea', bytesArray([])],
  ])('of no %s is empty', async (type, array) => {
    expect(await readBack(type, array)).toEqual([])
  })

  test('of another type than the statement says is refused', async () => {
    await expect(readBack('integer', bigintArray([1n]))).rejects.toMatchObject({ code: '42804' })
  })

  test('of what is no number of 32 or 64 bits is not made', () => {
    expect(() => integerArray([2 ** 31])).toThrow(RangeError)
    expect(() => bigintArray([2n ** 63n])).toThrow(RangeError)
  })

  test.each([
    '',
    'FFFFFFFF-ffff-ffff-ffff-ffffffffffff',
    'ffffffff-ffff-ffff-ffff-ffffffffff',
    'ffffffff-ffff-ffff-ffff-fffffffffffg',
    'ffffffff-ffff-ffff-ffff-fffffffffffé',
  ])('of an id spelt "%s" is not made', (id) => {
    expect(() => uuidArray([id])).toThrow('an id is a uuid in lower case')
  })
})

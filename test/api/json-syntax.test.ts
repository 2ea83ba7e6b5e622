import { describe, expect, test } from 'vitest'
import { findSyntaxFault, syntaxProblem } from '../../src/api/json-syntax.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

const seed = seedOf('FUZZ_SEED')

// What JSON is made of, and what is taken for it.
const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-',
    '0',
    '1.',
    '.5',
    'e',
    'E+',
    'true',
    'fals',
    'null',
    ' ',
    '\n',
  ],
  ...['\\', '\\u12', '\\n', 'x', '\t', "'", '💰', '\u0000'],
]

test(`a text has a fault exactly where JSON.parse refuses it (FUZZ_SEED=${seed})`, () => {
  const random = seededRandom(seed)
  for (let run = 0; run < 50_000; run++) {
    const length = 1 + Math.floor(random() * 8)
    const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('')
    expect([text, findSyntaxFault(text) === undefined]).toEqual([text, isJson(text)])
  }
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the refusal says where, and what was expected', () => {
  test.each([
    ['{"a":1,}', 'line 1, column 8: a name in double quotes was expected, but } stands there'],
    ['{\n  "a": 1\n  "b": 2}', 'line 3, column 3: a comma or } was expected, but " stands there'],
    ['[1 2]', 'line 1, column 4: a comma or ] was expected, but 2 stands there'],
    ["{'a':1}", "line 1, column 2: a name in double quotes was expected, but ' stands there"],
    ['{"a" 1}', 'line 1, column 6: a colon was expected, but 1 stands there'],
    [
      '{"💰":NaN}',
      'line 1, column 6: a value (a text in double quotes, a number, true, false, null, { or [) was expected',
    ],
    ['{"a":"b', 'line 1, column 8: the double quote that ends a text was expected, but the body ends'],
    ['{"a":"b\nc"}', 'a text on one line, a line break in it written as \\n was expected, but U+000A stands there'],
    ['{"a":"\\x"}', 'line 1, column 8: an escape such as \\n, \\" or \\u0041 was expected, but x stands there'],
    ['{"a":01}', 'line 1, column 7: a comma or } was expected, but 1 stands there'],
    ['{} {}', 'line 1, column 4: the end of the body was expected, but { stands there'],
    [' ', 'line 1, column 2: a value'],
  ])('%j', (text, said) => {
    expect(syntaxProblem(text).message).toContain(said)
    expect(syntaxProblem(text).errors).toMatchObject([{ pointer: '', code: 'malformed_json' }])
  })
})

import { expect, test } from 'vitest'
import { csvLine } from '../../src/core/csv.ts'
import { readCsv } from '../support/csv.ts'

const nbsp = '\u00a0'

test.each([
  ['=1+1', "'=1+1"],
  ['+27 35 907 5000', "'+27 35 907 5000"],
  ['-5', "'-5"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', "'\r'=1"],
  ['\nx', "'\nx"],
  ['＝1', "'＝1"],
  ['＋1', "'＋1"],
  ['－1', "'－1"],
  ['＠x', "'＠x"],
  ['  =1', "'  =1"],
  [`${nbsp}=1`, `'${nbsp}=1`],
  ['one\n=two', "one\n'=two"],
  ['one\r\n  @two', "one\r\n'  @two"],
  ['a = b', 'a = b'],
  ['INV-7', 'INV-7'],
  ['say "no", then\ngo', 'say "no", then\ngo'],
  ["it's", "it's"],
])('a text of a cell is never a formula: %j', (text, safe) => {
  expect(readCsv(csvLine([text, 'next']))).toEqual([[safe, 'next']])
})

test('numbers stay numbers, and what is absent is empty', () => {
  expect(csvLine([-5n, -7, 0, null, undefined, ''])).toBe('-5,-7,0,,,\r\n')
})

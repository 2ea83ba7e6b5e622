import { describe, expect, test } from 'vitest'
import { ShownJson } from './shown.ts'
import { blocksOf, hasSnippets, walkPages } from './snippets.ts'

const fence = '```'
const page = (...blocks: [string, string][]) =>
  blocks.map(([language, text]) => `${fence}${language}\n${text}\n${fence}\n`).join('\n')

describe('the runner of the snippets', () => {
  test('finds the blocks of a page, and refuses one that does not say whether it runs', () => {
    const blocks = blocksOf(page(['bash', 'echo 1'], ['text', 'rm -rf /'], ['json', '{}']))
    expect(blocks.map(({ language, line }) => [language, line])).toEqual([
      ['bash', 1],
      ['text', 5],
      ['json', 9],
    ])
    expect(() => blocksOf(page(['', 'echo 1']))).toThrow(/line 1/)
    expect(hasSnippets(page(['text', 'echo 1']))).toBe(false)
  })

  const ports = { 4000: 4321, 4001: 5432, 4002: 6543, 4003: 7654 }
  const pageOf = (name: string, ...blocks: [string, string][]) => ({ name, blocks: blocksOf(page(...blocks)) })

  test('runs them in one shell, in order, with what the reader exported', async () => {
    const first = pageOf(
      'first',
      ['bash', 'made=2\necho "$GREETING"'],
      ['js', '// later.mjs\nconsole.log(process.argv[2] * 3)'],
      ['bash', 'node later.mjs $made'],
      ['js', 'console.log(4000, 4001, 4002)'],
    )
    const second = pageOf('second', ['js', '// later.mjs\nconsole.log("another")'], ['bash', 'node later.mjs $made'])
    const results = await walkPages([first, second], { GREETING: 'hello' }, ports)
    expect(results.map(({ output }) => output)).toEqual(['hello\n', '', '6\n', '4321 5432 6543\n', '', 'another\n'])
  })

  test('fails with the page and the line of the block that fails', async () => {
    const failing = pageOf('failing', ['bash', 'echo fine'], ['bash', 'echo partly; false'], ['bash', 'echo never'])
    const walk = walkPages([pageOf('good', ['bash', 'echo good']), failing], {}, ports)
    await expect(walk).rejects.toThrow(/failing, line 5: exit code 1: partly/)
  })
})

describe('JSON that a page shows', () => {
  const base = 'http://127.0.0.1:9'
  const id = (letter: string) => `bcus_${letter.repeat(22)}`

  test.each([
    ['equal fields, of which more were seen', { a: 1 }, { a: 1, b: 2 }, 0],
    ['another value', { a: 1 }, { a: 2 }, 1],
    ['a field that was not seen', { a: 1 }, {}, 1],
    ['a list of another length', [1], [1, 2], 1],
    ['an id of its kind', id('a'), id('b'), 0],
    ['an id of another kind', id('a'), `bill_${'b'.repeat(22)}`, 1],
    ['an instant', '2025-01-01T00:00:00Z', '2026-02-03T04:05:06.789Z', 0],
    ['a date, which is no instant', '2025-01-01', '2025-01-02', 1],
    ['a link', 'http://127.0.0.1:8080/p/atoken', `${base}/p/a-longer_token`, 0],
    ['a link to somewhere else', 'http://127.0.0.1:8080/p/atoken', 'http://elsewhere/p/atoken', 1],
  ])('%s', (_name, shown, seen, faults) => {
    expect(new ShownJson(base).faults(shown, seen)).toHaveLength(faults)
  })

  test('one id on a page is one id in the answers', () => {
    const shown = new ShownJson(base)
    expect(shown.faults(id('a'), id('x'))).toEqual([])
    expect(shown.faults(id('a'), id('y'))).toHaveLength(1)
  })
})

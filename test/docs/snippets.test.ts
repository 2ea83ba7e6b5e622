import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../support/child-server.ts'
import { startLookingIntoCallbacks } from '../support/jobs.ts'
import { testServer } from '../support/server.ts'
import { ShownJson } from './shown.ts'
import { type BlockResult, blocksOf, hasSnippets, onPorts, type Page, run, walkPages } from './snippets.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(resolve(root, file), 'utf8')
const inFolder = readdirSync(resolve(root, 'docs'), { recursive: true, encoding: 'utf8' })
const documents = ['README.md', ...inFolder.map((file) => `docs/${file}`)].filter((file) => file.endsWith('.md'))

/** The pages with snippets, in the order in which the index names them. */
const index = [
  'README.md',
  ...[...read('docs/README.md').matchAll(/\]\(([\w./-]+\.md)\)/g)].map(([, to]) => `docs/${to}`),
]
const pages = index
  .filter((file) => hasSnippets(read(file)))
  .map((name): Page => ({ name, blocks: blocksOf(read(name)) }))
const repeatable = pages.filter(({ name }) => read(name).includes('This page can be repeated'))
const seconds = 1_000

test('every page with snippets is in the index, once', () => {
  expect(pages.map(({ name }) => name).toSorted()).toEqual(documents.filter((file) => hasSnippets(read(file))).sort())
})

test('some pages say that they can be repeated', () => {
  expect(repeatable.length).toBeGreaterThan(2)
})

test('a free port that holds the number of another documented port stays as it is', () => {
  const ports = { 4000: 40015, 4001: 44003, 4002: 14002, 4003: 41591 }
  expect(onPorts('4000 4001 4002 4003 http://127.0.0.1:4001/4003 14000 40001', ports)).toBe(
    '40015 44003 14002 41591 http://127.0.0.1:44003/41591 14000 40001',
  )
})

// The walk is a reader's: one server, one terminal, no endpoint but those that the pages register.
test.each([
  ['in the order of the index, with what can be repeated once more', [...pages, ...repeatable]],
  ['in the opposite order', pages.toReversed()],
])(
  'every snippet of all pages runs on one server, %s, and prints what is shown',
  async (_order, walked) => {
    const server = await testServer()
    const jobs = startLookingIntoCallbacks(server.app)
    try {
      const variables = { BASE_URL: server.url, API_KEY: server.key }
      const ports = { 4000: await freePort(), 4001: await freePort(), 4002: await freePort(), 4003: await freePort() }
      const results = await walkPages(walked, variables, ports)
      expect(walked.flatMap((page) => outputFaults(page, server.url, results.splice(0, runnableIn(page))))).toEqual([])
    } finally {
      await jobs.stop()
      await server.stop()
    }
  },
  120 * seconds,
)

test('the pages that show an event register its receiver before the payment', () => {
  const shown = pages.filter(({ blocks }) => blocks.some(({ text }) => text.includes('"evt_')))
  expect(shown.length).toBeGreaterThan(3)
  for (const { name, blocks } of shown) {
    const first = (part: string) => blocks.findIndex(({ language, text }) => language === 'bash' && text.includes(part))
    expect(first('/webhooks/endpoints"'), name).toBeGreaterThanOrEqual(0)
    const paid = ['/billing/payments"', '/test/payments"'].map(first).filter((at) => at >= 0)
    expect(first('/webhooks/endpoints"'), name).toBeLessThan(Math.min(...paid))
  }
})

test('the account balance quickstart has a block to run for each of its steps', () => {
  const text = read('docs/guides/quickstart-account-balance.md')
  expect(blocksOf(text).filter(({ language }) => language === 'bash').length).toBeGreaterThanOrEqual(4)
})

function runnableIn({ blocks }: Page): number {
  return blocks.filter(({ language }) => run.has(language)).length
}

/** JSON right after a block that ran is what that block printed, an event too. */
function outputFaults({ name, blocks }: Page, url: string, results: BlockResult[]): string[] {
  const shown = new ShownJson(url)
  return blocks.flatMap((block, index) => {
    if (block.language !== 'json') return []
    const result = results.find(({ line }) => line === blocks[index - 1]?.line)
    if (!result) return [`${name}, line ${block.line}: the JSON follows nothing that ran`]
    const faults = shown.faults(JSON.parse(block.text), jsonIn(result.output))
    return faults.map((fault) => `${name}, line ${block.line}: ${fault}`)
  })
}

/** What a block printed, as JSON. Text that is none differs from all that a page shows. */
function jsonIn(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return `no JSON: ${output}`
  }
}

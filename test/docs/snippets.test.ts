import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { testServer } from '../support/server.ts'
import { ShownJson } from './shown.ts'
import { type Block, type BlockResult, blocksOf, hasSnippets, runBlocks } from './snippets.ts'

const root = resolve(import.meta.dirname, '../..')
const inFolder = readdirSync(resolve(root, 'docs'), { recursive: true, encoding: 'utf8' })
const documents = ['README.md', ...inFolder.map((file) => `docs/${file}`)].filter((file) => file.endsWith('.md'))
const pages = documents.filter((file) => hasSnippets(readFileSync(resolve(root, file), 'utf8')))

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test.each(pages)('every snippet of %s runs, and prints what it shows', async (page) => {
  const server = await testServer({ database })
  const receiver = await webhookReceiver()
  try {
    const blocks = blocksOf(readFileSync(resolve(root, page), 'utf8'))
    const shownEvents = blocks.filter(isEvent)
    if (shownEvents.length > 0) await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
    const variables = { BASE_URL: server.url, API_KEY: server.key }
    const results = await runBlocks(blocks, variables, await freePort())
    const shown = new ShownJson(server.url)
    const faults = blocks.flatMap((block, index) => outputFaults(shown, blocks[index - 1], block, results))
    for (const block of shownEvents) {
      const seen = await eventually(
        () => receiver.received.some(({ body }) => shown.faults(JSON.parse(block.text), JSON.parse(body)).length === 0),
        `the event of line ${block.line}; seen: ${receiver.received.map(({ body }) => body).join('\n')}`,
      )
      expect(seen).toBe(true)
    }
    expect(faults).toEqual([])
  } finally {
    await receiver.close()
    await server.stop()
  }
})

test('the account balance quickstart has a block to run for each of its steps', () => {
  const text = readFileSync(resolve(root, 'docs/guides/quickstart-account-balance.md'), 'utf8')
  expect(blocksOf(text).filter(({ language }) => language === 'bash').length).toBeGreaterThanOrEqual(4)
})

function isEvent({ language, text }: Block): boolean {
  return language === 'json' && text.includes('"evt_')
}

/** JSON right after a block that ran is what that block printed. */
function outputFaults(shown: ShownJson, before: Block | undefined, block: Block, results: BlockResult[]): string[] {
  if (block.language !== 'json' || isEvent(block)) return []
  const result = results.find(({ line }) => line === before?.line)
  if (!result) return [`line ${block.line}: the JSON follows nothing that ran`]
  const faults = shown.faults(JSON.parse(block.text), JSON.parse(result.output))
  return faults.map((fault) => `line ${block.line}: ${fault}`)
}

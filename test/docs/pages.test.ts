import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problems } from '../../src/core/problem-codes.ts'
import { simulatorCards } from '../../src/payments/processor/simulator/cards.ts'
import { openapi } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

async function get(path: string) {
  const response = await fetch(server.url + path)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('from the index every page is reached, every link leads somewhere, and no page runs or loads anything', async () => {
  const seen = new Map<string, string>()
  const waiting = ['/docs']
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue
    const { status, headers, text } = await get(path)
    expect(status, path).toBe(200)
    seen.set(path, text)
    if (!headers.get('content-type')?.startsWith('text/html')) continue
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action/)
    expect(text, path).not.toMatch(/<script|<img|<link|style="|https?:\/\/[^"]*\.(?:css|js|woff2?)"/)
    expect(text.length, `the size of ${path}`).toBeLessThan(100_000)
    for (const [, href = ''] of text.matchAll(/href="(\/[^"#]*)/g)) waiting.push(href)
  }
  const operations = Object.values(openapi.paths).flatMap((methods) => Object.values(methods))
  for (const { operationId } of operations) expect(seen.get(`/docs/reference/${operationId}`)).toContain('curl -X')
  for (const type of Object.keys(openapi.webhooks)) expect(seen.get(`/docs/reference/events/${type}`)).toContain(type)
})

test('anchors within the documents lead to a heading', async () => {
  for (const page of ['/docs/guides/core-concepts', '/docs/guides/webhook-setup', '/docs/guides/pagination']) {
    const { text } = await get(page)
    for (const [, path = '', anchor = ''] of text.matchAll(/href="(\/docs[^"#]*)#([^"]+)"/g)) {
      expect((await get(path)).text, `${path}#${anchor} in ${page}`).toContain(`id="${anchor}"`)
    }
  }
})

test('each code has its page, and the type of a problem is its address', async () => {
  const { body } = await server.api('GET', '/billing/customers/nobody')
  const page = await fetch(body.type)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  for (const [code, { help, status }] of Object.entries(problems)) {
    const { text } = await get(`/docs/errors/${code.replaceAll('_', '-')}`)
    expect(text).toContain(`Code <code>${code}</code>, HTTP status ${status}.`)
    expect(text.replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>')).toContain(help)
  }
})

test.each(['/docs/errors/no-such-code', '/docs/nothing', '/docs/guides/../../package.json', '/docs/guides/nothing.md'])(
  '%s is a page that was not found',
  async (path) => {
    const { status, text } = await get(path)
    expect(status).toBe(404)
    expect(text).not.toContain('"dependencies"')
  },
)

test('each guide has a Markdown twin, and llms.txt names it', async () => {
  const index = (await get('/llms.txt')).text
  const guide = await get('/docs/guides/idempotency.md')
  expect(guide.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
  expect(guide.text).toBe(readFileSync(resolve(import.meta.dirname, '../../docs/guides/idempotency.md'), 'utf8'))
  const links = [...index.matchAll(/\]\((\/[^)]+)\)/g)].map(([, link]) => link as string)
  expect(links.length).toBeGreaterThan(20)
  for (const link of links) expect((await get(link)).status, link).toBe(200)
})

test('the index and the pages need no key, and /openapi.json is the committed document', async () => {
  const { status, headers, text } = await get('/openapi.json')
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(JSON.parse(text)).toEqual(openapi)
})

test('the guide names each card of the simulator with what it does', () => {
  const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guides/presenting.md'), 'utf8')
  for (const { number, does } of simulatorCards) {
    expect(guide).toContain(`| ${number.match(/.{4}/g)?.join(' ')} | ${does} |`)
  }
})

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problems } from '../../src/core/problem-codes.ts'
import { eventTypes } from '../../src/events/registry.ts'
import { simulatorCards } from '../../src/payments/processor/simulator/cards.ts'
import { openapi } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, { headers })
  const [type] = (response.headers.get('content-type') ?? '').split(';')
  return { status: response.status, type, headers: response.headers, text: await response.text() }
}

test('the guide of events names every type', () => {
  const guide = readFileSync(new URL('../../docs/guides/events.md', import.meta.url), 'utf8')
  expect(eventTypes.filter((type) => !guide.includes(`| \`${type}\``) && !guide.includes(`, \`${type}\``))).toEqual([])
})

/** Every address that a page of either form leads to, without the anchor. Code leads nowhere. */
function linksOf(text: string, isHtml: boolean): string[] {
  const links = isHtml
    ? text.matchAll(/href="([^"#]*)/g)
    : text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)#]*)/g)
  return [...links].map(([, href = '']) => href).filter((href) => href !== '' && !/^https?:/.test(href))
}

/** All that is reached from some addresses, by its address. */
async function walk(...from: string[]) {
  const seen = new Map<string, Awaited<ReturnType<typeof get>>>()
  for (let path = from.pop(); path !== undefined; path = from.pop()) {
    if (seen.has(path)) continue
    const page = await get(path)
    expect(page.status, path).toBe(200)
    seen.set(path, page)
    if (page.type === 'application/json') continue
    const links = linksOf(page.text, page.type === 'text/html')
    for (const link of links) expect(link, `a link in ${path} that is not absolute`).toMatch(/^\//)
    from.push(...links)
  }
  return seen
}

test('from the index every page is reached in both forms, every link leads somewhere, and no page runs or loads anything', async () => {
  const seen = await walk('/docs')
  expect(
    (await walk('/llms.txt'))
      .keys()
      .filter((path) => !seen.has(path))
      .toArray(),
  ).toEqual([])
  const pages = [...seen].filter(([, { type }]) => type === 'text/html')
  const twins = [...seen].filter(([, { type }]) => type === 'text/markdown')
  expect(twins.map(([path]) => path).sort()).toEqual(pages.map(([path]) => `${path}.md`).sort())
  for (const [path, { headers, text }] of pages) {
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action/)
    const twin = `<link rel="alternate" type="text/markdown" href="${path}.md">`
    expect(text, path).toContain(twin)
    expect(text.replace(twin, ''), path).not.toMatch(/<script|<img|<link|style="|https?:\/\/[^"]*\.(?:css|js|woff2?)"/)
    expect(text.length, `the size of ${path}`).toBeLessThan(100_000)
  }
  const operations = Object.values(openapi.paths).flatMap((methods) => Object.values(methods))
  for (const { operationId } of operations) expect(seen.has(`/docs/reference/${operationId}`), operationId).toBe(true)
  for (const type of Object.keys(openapi.webhooks)) expect(seen.has(`/docs/reference/events/${type}`), type).toBe(true)
})

test('a page and its twin say the same, and only the form differs', async () => {
  const words = (text: string) => text.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
  for (const [path, { type, text }] of await walk('/docs')) {
    if (type !== 'text/html') continue
    const [, main = ''] = /<main>([\s\S]*)<\/main>/.exec(text) ?? []
    const shown = main.replaceAll(/<summary>.*?<\/summary>|<[^>]+>/g, ' ').replaceAll(/&(?:lt|gt|amp|quot|#39);/g, ' ')
    // What stands in the syntax of Markdown only: the addresses of links, the languages of code, and HTML of its comments.
    const written = (await get(`${path}.md`)).text
      .replaceAll(/\]\([^)]*\)/g, ' ')
      .replaceAll(/^```\w*$/gm, ' ')
      .replaceAll(/^\d+\. /gm, ' ')
      .replaceAll(/&(?:lt|gt|amp|quot|#39);/g, ' ')
    expect(words(shown), path).toBe(words(written))
  }
})

test('the page of an operation has its request, its responses, its refusals and an example, in both forms', async () => {
  for (const [path, methods] of Object.entries(openapi.paths)) {
    for (const [method, { operationId, requestBody, responses }] of Object.entries(methods)) {
      const { text } = await get(`/docs/reference/${operationId}.md`)
      expect(text).toContain(`\`${method.toUpperCase()} ${path}\``)
      expect(text, operationId).toContain('```bash\ncurl -X')
      expect(text.includes('\n## Body\n'), operationId).toBe(requestBody !== undefined)
      for (const status of Object.keys(responses)) {
        expect(text, operationId).toMatch(Number(status) < 400 ? `\n## Response ${status}\n` : `\n| ${status} | [`)
      }
      if (JSON.stringify(responses).includes('text/html')) continue
      expect(text, `an example of a response of ${operationId}`).toContain('```json\n')
    }
  }
})

test.each([
  ['text/markdown', 'text/markdown'],
  ['text/markdown, text/html, */*', 'text/markdown'],
  ['text/html, text/markdown;q=0.9', 'text/html'],
  ['text/html;q=0.5, text/markdown;q=0.9', 'text/markdown'],
  ['text/markdown;q=0', 'text/html'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
  ['*/*', 'text/html'],
])('whoever accepts %s gets %s at the address of the page', async (accept, expected) => {
  for (const path of ['/docs', '/docs/guides/idempotency', '/docs/reference/createBill', '/docs/errors/not-found']) {
    const page = await get(path, { accept })
    expect([page.type, page.headers.get('vary')]).toEqual([expected, 'Accept'])
    expect(page.text).toBe((await get(expected === 'text/markdown' ? `${path}.md` : path)).text)
    const again = await get(path, { accept, 'if-none-match': page.headers.get('etag') ?? '' })
    expect([again.status, again.text]).toEqual([304, ''])
  }
})

test('every anchor that a page leads to is a heading there', async () => {
  const seen = await walk('/docs')
  for (const [page, { type, text }] of seen) {
    if (type !== 'text/html') continue
    for (const [, path = '', anchor = ''] of text.matchAll(/href="([^"#:]*)#([^"]+)"/g)) {
      expect(seen.get(path || page)?.text, `${path}#${anchor} in ${page}`).toContain(`id="${anchor}"`)
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
    const twin = await get(`/docs/errors/${code.replaceAll('_', '-')}.md`)
    expect(twin.text.replaceAll('\\', '')).toContain(help)
  }
})

test.each(['/docs/errors/no-such-code', '/docs/nothing', '/docs/guides/../../package.json', '/docs/guides/nothing.md'])(
  '%s is a page that was not found',
  async (path) => {
    const { status, type, text } = await get(path)
    expect(status).toBe(404)
    if (!path.includes('..')) expect(type).toBe(path.endsWith('.md') ? 'text/markdown' : 'text/html')
    expect(text).not.toContain('"dependencies"')
  },
)

test('the Markdown of a guide is its file, with links that work where it is served', async () => {
  const file = readFileSync(resolve(import.meta.dirname, '../../docs/guides/idempotency.md'), 'utf8')
  const { headers, text } = await get('/docs/guides/idempotency.md')
  expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8')
  expect(text).toBe(file.replaceAll(/\]\((batches|keys-and-scopes|recorded-payments)\.md\)/g, '](/docs/guides/$1.md)'))
})

test('llms.txt names every page', async () => {
  const { text } = await get('/llms.txt')
  const named = linksOf(text, false)
  expect(named.filter((path, index) => named.indexOf(path) !== index)).toEqual([])
  const twins = (await walk('/docs')).keys().filter((path) => path.endsWith('.md'))
  expect(named.toSorted()).toEqual([...twins, '/openapi.json'].sort())
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

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
async function get(path: string, accept = browser, method = 'GET') {
  const response = await fetch(server.url + path, { method, headers: { accept } })
  const type = response.headers.get('content-type')?.split(';', 1)[0]
  return { status: response.status, type, headers: response.headers, text: await response.text() }
}

describe('a browser at an address that leads nowhere', () => {
  test('finds at / a page that helps on, and tells nothing of which merchants there are', async () => {
    const { status, type, text, headers } = await get('/')
    expect([status, type]).toEqual([200, 'text/html'])
    expect(text).toContain('Open the link that you got from the company that bills you')
    expect(text).not.toMatch(/Acme/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test.each(['/nothing', '/b', '/favicon.ico', '/bill/INV-1', '//', '/nothing?x=1'])(
    'at %s a 404 like it',
    async (path) => {
      const { status, type, text } = await get(path)
      expect([status, type]).toEqual([404, 'text/html'])
      expect(text).toContain('There is no such page')
    },
  )

  test.each(['/billing/nothing', '/billing', '/settings/nothing', '/webhooks'])(
    'but among the addresses of the API the problem: %s',
    async (path) => {
      const { type, status } = await get(path)
      expect([type, status === 404 || status === 401]).toEqual(['application/problem+json', true])
    },
  )

  test('gets the same status by HEAD', async () => {
    expect([(await get('/', browser, 'HEAD')).status, (await get('/nothing', browser, 'HEAD')).status]).toEqual([
      200, 404,
    ])
  })

  test('a dead link looks as ever', async () => {
    const { status, type, text } = await get('/p/nothing')
    expect([status, type]).toEqual([404, 'text/html'])
    expect(text).toContain('This link does not work')
  })
})

describe('a program gets the problem', () => {
  test.each(['*/*', 'application/json', '', 'application/json, text/html;q=0.9', 'text/html;q=0'])(
    'with Accept: %s',
    async (accept) => {
      for (const path of ['/', '/nothing']) {
        const { status, type } = await get(path, accept)
        expect([path, status, type]).toEqual([path, 404, 'application/problem+json'])
      }
    },
  )

  test('and a browser that posts', async () => {
    expect((await get('/', browser, 'POST')).type).toBe('application/problem+json')
  })
})

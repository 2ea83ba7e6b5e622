import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openapi } from '../support/openapi.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path: path.replaceAll(/\{\w+\}/g, 'nothing'),
  })),
)

const cacheControl = async (method: string, path: string, headers: Record<string, string> = {}) =>
  (await fetch(server.url + path, { method, headers })).headers.get('cache-control')

describe('no cache keeps an answer of the API', () => {
  test.each(operations)(
    '$method $path: with a key, without one, and to a body that is none',
    async ({ method, path }) => {
      const key = { authorization: `Bearer ${server.key}` }
      const broken = method === 'GET' ? key : { ...key, 'content-type': 'text/csv' }
      const answers = [{}, key, broken].map((headers) => cacheControl(method, path, headers))
      expect(await Promise.all(answers)).toEqual(['no-store', 'no-store', 'no-store'])
    },
  )

  test.each(['/billing/nothing', '/nothing', '/billing/customers/%ff', '/readyz'])('%s', async (path) => {
    expect(await cacheControl('GET', path)).toBe('no-store')
  })

  test.each(['/openapi.json', '/docs', '/docs/errors/card-number', '/llms.txt'])('but %s may be kept', async (path) => {
    expect(await cacheControl('GET', path)).not.toBe('no-store')
  })
})

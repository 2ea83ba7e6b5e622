import { describe, expect, test } from 'vitest'
import { checkAnswer, faultsBy, openapi } from '../support/openapi.ts'

const examples = openapi.components.schemas.Settings?.examples as Record<string, unknown>[] | undefined
const settings = examples?.[0] ?? {}

const uncached = { 'content-type': 'application/json', 'cache-control': 'no-store' }

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  return { status, body, headers: new Headers({ ...uncached, etag: '"1.0"', ...headers }) }
}

describe('the check of every answer in every test', () => {
  test('takes what is as documented, and whatever the document does not speak of', () => {
    checkAnswer('GET', '/settings?x=1', answer(200, settings))
    checkAnswer('GET', '/healthz', answer(200, { status: 'ok' }))
  })

  test.each([
    ['a field that is not documented', answer(200, { ...settings, colour: 'red' }), /colour/],
    ['a field that is missing', answer(200, { ...settings, mode: undefined }), /mode/],
    ['a field of another type', answer(200, { ...settings, name: 7 }), /\/name must be string/],
    ['a status that is not documented', answer(418, settings), /418 is not in openapi.json/],
    ['another media type', answer(200, settings, { 'content-type': 'text/html' }), /as text\/html/],
    ['a refusal that is no problem', answer(401, settings), /not documented as application\/json/],
    ['a header that is not documented', answer(200, settings, { 'retry-after': '1' }), /carries Retry-After/],
    ['what a cache may keep', answer(200, settings, { 'cache-control': 'max-age=60' }), /may be kept by a cache/],
  ])('refuses %s', (_name, seen, message) => {
    expect(() => checkAnswer('GET', '/settings', seen)).toThrow(message)
  })

  test('refuses a single object without its ETag', () => {
    const { status, body } = answer(200, settings)
    const headers = new Headers(uncached)
    expect(() => checkAnswer('GET', '/settings', { status, body, headers })).toThrow(/has no ETag/)
  })

  test('a shape is found under its name', () => {
    expect(faultsBy('#/components/schemas/Settings', settings)).toBeUndefined()
    expect(faultsBy('#/components/schemas/Settings', {})).toMatch(/required/)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fullFace } from '../pages/face.ts'
import { jpegOf, pngOf } from '../support/pictures.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const change = (body: object, headers: Record<string, string> = {}) => server.api('PATCH', '/settings', body, headers)
const live = () => ({ authorization: `Bearer ${server.liveKey}` })

describe('what a merchant says of itself', () => {
  test('is set field by field, in one environment, and taken off by null', async () => {
    const { legal_name, phone } = fullFace
    expect((await change({ legal_name, phone })).body).toMatchObject({ legal_name, phone })
    const { body } = await change({ ...fullFace, phone: undefined })
    expect(body).toMatchObject({ ...fullFace, phone })
    expect((await change({ phone: null })).body.phone).toBeUndefined()
    const kept = (await server.api('GET', '/settings')).body
    expect([kept.legal_name, kept.phone]).toEqual([legal_name, undefined])
    expect((await server.api('GET', '/settings', undefined, live())).body.legal_name).toBeUndefined()
  })

  test('has one form: a color in lower case, an address as the URL standard writes it', async () => {
    const { body } = await change({ accent_color: '#7A1F5C', website: 'https://Example.COM' })
    expect(body).toMatchObject({ accent_color: '#7a1f5c', website: 'https://example.com/' })
  })

  test('counts as a change of the settings: a version, and who made it', async () => {
    const { headers } = await server.api('GET', '/settings')
    const old = { 'if-match': headers.get('etag') ?? '' }
    expect((await change({ message: 'Hello' }, old)).status).toBe(200)
    expect((await change({ message: 'Hello again' }, old)).status).toBe(412)
    const data = pngOf(4, 4).toString('base64')
    expect((await server.api('PUT', '/settings/logo', { data }, old)).status).toBe(412)
    expect((await server.api('DELETE', '/settings/logo', undefined, old)).status).toBe(412)
    const audited = async () =>
      (
        await server.database.pool.query(
          "select count(*) from audit_entry where object_kind = 'settings' and actor like 'key:%'",
        )
      ).rows[0].count
    const before = await audited()
    await server.api('PUT', '/settings/logo', { data })
    await server.api('DELETE', '/settings/logo')
    expect(await audited()).toBe(before + 2n)
  })

  test.each([
    ['legal_name', ' '],
    ['name', '  '],
    ['message', 'x'.repeat(501)],
    ['how_to_pay', 'x'.repeat(1001)],
    ['how_to_pay', '\n'],
    ['message', 'NUL \0'],
    ['accent_color', 'red'],
    ['accent_color', '#fff'],
    ['accent_color', '#14508c;}body{display:none'],
    ['phone', 'call us'],
    ['phone', '1'],
    ['phone', '035 907 5000;ext=1'],
    ['email', 'help'],
    ['email', 'help@example.com?bcc=x@example.com'],
    ['website', 'http://example.com'],
    ['website', 'javascript:alert(1)'],
    ['website', 'https://user:password@example.com'],
    ['website', 'https://example'],
    ['website', 'https://exa mple.com'],
    ['website', 'https://example.com:0/'],
  ])('is refused as malformed: %s %j', async (field, value) => {
    const { status, body } = await change({ [field]: value })
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, `/${field}`])
  })

  test('is refused with its contrast where a color cannot be read', async () => {
    const { status, body } = await change({ accent_color: '#FFCC00' })
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'color_contrast', '/accent_color'])
    const named = /has a contrast of 1\.38:1 .* such as (#[0-9a-f]{6})$/.exec(body.detail)?.[1]
    expect((await change({ accent_color: named })).status).toBe(200)
  })
})

describe('a logo that cannot be used is refused with the reason', () => {
  test.each([
    ['no picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'is no whole PNG or JPEG'],
    ['a page behind it', Buffer.concat([pngOf(4, 4), Buffer.from('<html>')]), 'has something behind its end'],
    ['too many bytes', Buffer.alloc(32_769), 'has 32769 bytes: send at most 32768'],
    ['too wide', jpegOf(2_001, 10), 'is 2001 × 10 pixels: send at most 2000 × 2000'],
    ['too high', jpegOf(10, 65_535), 'is 10 × 65535 pixels'],
  ])('%s', async (_name, bytes, reason) => {
    const { status, body } = await server.api('PUT', '/settings/logo', { data: bytes.toString('base64') })
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'invalid_logo', '/data'])
    expect(body.detail).toContain(reason)
    expect((await server.api('GET', '/settings')).body.logo_url).toBeUndefined()
  })

  test('what is no base64, and what is far too long', async () => {
    for (const data of ['not base64!', '', 'A'.repeat(200_004)]) {
      expect((await server.api('PUT', '/settings/logo', { data })).status).toBe(400)
    }
  })
})

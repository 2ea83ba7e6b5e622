import { randomBytes } from 'node:crypto'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { CallbackRefused } from '../../src/payments/processor/fault.ts'
import { verifyStandardWebhook } from '../../src/payments/processor/standard-webhook.ts'
import { newPrivateKey, sign, signingKey } from '../../src/webhooks/signing.ts'

const newSecret = (bytes = 32) => `whsec_${randomBytes(bytes).toString('base64')}`
const secret = newSecret()
const now = new Date('2026-11-23T08:00:00.900Z')
const now_s = Math.floor(now.getTime() / 1_000)
const body = '{"type":"payment.succeeded","amount":1.50,"name":"Nokuthula Žižkov 🌊"}'

type Headers = Record<string, unknown>

/** The headers of a callback, signed by the library of a maker. */
function headersOf(
  Library: typeof StandardWebhook | typeof SvixWebhook,
  family: 'webhook' | 'svix',
  { id = 'msg_1', at = now, with: secretOfMaker = secret, payload = body } = {},
): Headers {
  const signature = new Library(secretOfMaker).sign(id, at, payload)
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  return { [`${family}-id`]: id, [`${family}-timestamp`]: timestamp, [`${family}-signature`]: signature }
}

const verified = (headers: Headers, { bytes = Buffer.from(body), at = now, by = secret } = {}) =>
  verifyStandardWebhook(bytes, headers, by, at)

/** Why a callback was refused; a test that sees another exception fails with it. */
function refusal(verify: () => string): string {
  try {
    return `it was taken: ${verify()}`
  } catch (error) {
    if (error instanceof CallbackRefused) return error.message
    throw error
  }
}

describe('a callback that a maker signed', () => {
  test.each([
    ['standardwebhooks', StandardWebhook, 'webhook'],
    ['standardwebhooks', StandardWebhook, 'svix'],
    ['svix', SvixWebhook, 'svix'],
    ['svix', SvixWebhook, 'webhook'],
  ] as const)('with the library %s (%#) is taken, and has its id', (_name, Library, family) => {
    expect(verified(headersOf(Library, family, { id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' }))).toBe(
      'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    )
  })

  test.each([24, 25, 26, 32, 64])('with a secret of %i bytes is taken', (bytes) => {
    const by = newSecret(bytes)
    expect(verified(headersOf(StandardWebhook, 'webhook', { with: by }), { by })).toBe('msg_1')
  })

  test('without a body is taken', () => {
    expect(verified(headersOf(StandardWebhook, 'webhook', { payload: '' }), { bytes: Buffer.alloc(0) })).toBe('msg_1')
  })

  test('with two secrets, while one is replaced, is taken by either, and unknown versions count for nothing', () => {
    const other = newSecret()
    const [one, two] = [secret, other].map(
      (by) => headersOf(StandardWebhook, 'webhook', { with: by })['webhook-signature'],
    )
    const both = { ...headersOf(StandardWebhook, 'webhook'), 'webhook-signature': `v1a,abc ${two} v2,${one} ${one}` }
    expect([verified(both), verified(both, { by: other })]).toEqual(['msg_1', 'msg_1'])
    expect(refusal(() => verified(both, { by: newSecret() }))).toBe('no signature is of the secret')
  })

  test.each([
    ['300 s old', -300, 'msg_1'],
    ['301 s old', -301, 'it is too old'],
    ['300 s ahead', 300, 'msg_1'],
    ['301 s ahead', 301, 'it is from the future'],
  ])('%s: %s', (_what, seconds, answer) => {
    const headers = headersOf(StandardWebhook, 'webhook', { at: new Date((now_s + seconds) * 1_000) })
    expect([refusal(() => verified(headers)).replace('it was taken: ', '')]).toEqual([answer])
  })
})

describe('what is refused', () => {
  const good = headersOf(StandardWebhook, 'webhook')

  test('any flipped bit, of the body, the id, the time or the signature', () => {
    const bytes = Buffer.from(body)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(refusal(() => verified(good, { bytes: changed }))).toBe('no signature is of the secret')
    }
    for (const [name, value] of Object.entries(good)) {
      const text = Buffer.from(value as string)
      for (let bit = 0; bit < text.length * 8; bit++) {
        const changed = Buffer.from(text)
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        expect(refusal(() => verified({ ...good, [name]: changed.toString('latin1') }))).not.toMatch('it was taken')
      }
    }
  })

  const hmac = String(good['webhook-signature']).slice('v1,'.length)
  test.each<[string, Headers, RegExp]>([
    ['no header', {}, /svix-id is missing/],
    ['no signature', { ...good, 'webhook-signature': undefined }, /webhook-signature is missing/],
    ['an empty signature', { ...good, 'webhook-signature': '' }, /empty or came several times/],
    ['no time', { ...good, 'webhook-timestamp': undefined }, /webhook-timestamp is missing/],
    ['a header twice, as a list', { ...good, 'webhook-id': ['msg_1', 'msg_1'] }, /webhook-id is empty or came several/],
    ['a header twice, joined', { ...good, 'webhook-id': 'msg_1, msg_1' }, /not an id/],
    ['a time twice, joined', { ...good, 'webhook-timestamp': `${now_s}, ${now_s}` }, /not a time/],
    ['a time with a sign', { ...good, 'webhook-timestamp': `+${now_s}` }, /not a time/],
    ['a time that begins with 0', { ...good, 'webhook-timestamp': `0${now_s}` }, /not a time/],
    ['a fraction', { ...good, 'webhook-timestamp': `${now_s}.0` }, /not a time/],
    ['an exponent', { ...good, 'webhook-timestamp': '1e9' }, /not a time/],
    ['milliseconds', { ...good, 'webhook-timestamp': `${now_s}000` }, /not a time/],
    ['a date', { ...good, 'webhook-timestamp': now.toISOString() }, /not a time/],
    ['a line break in an id', { ...good, 'webhook-id': 'msg_1\n' }, /not an id/],
    ['an id of 256 characters', { ...good, 'webhook-id': 'm'.repeat(256) }, /not an id/],
    ['signatures without end', { ...good, 'webhook-signature': `${'v1,a '.repeat(300)}v1,${hmac}` }, /too long/],
    ['another version', { ...good, 'webhook-signature': `v2,${hmac}` }, /no signature/],
    ['no version', { ...good, 'webhook-signature': hmac }, /no signature/],
    ['commas between signatures', { ...good, 'webhook-signature': `v1,${hmac},v1,${hmac}` }, /no signature/],
    ['hexadecimal', { ...good, 'webhook-signature': `v1,${Buffer.from(hmac, 'base64').toString('hex')}` }, /no signat/],
    ['base64 without its end', { ...good, 'webhook-signature': `v1,${hmac.replace('=', '')}` }, /no signature/],
    [
      'headers of two families',
      { 'webhook-id': 'msg_1', 'svix-timestamp': String(now_s), 'svix-signature': `v1,${hmac}` },
      /webhook-timestamp is missing/,
    ],
  ])('%s', (_what, headers, reason) => {
    expect(refusal(() => verified(headers))).toMatch(reason)
  })

  test('an id that takes a part of the time or of the body with it', () => {
    const moved = headersOf(StandardWebhook, 'webhook', { id: `msg.${now_s}`, payload: '5.{}' })
    expect(refusal(() => verified(moved, { bytes: Buffer.from('5.{}') }))).toMatch('not an id')
  })

  test.each([
    ['', 'empty'],
    ['whsec_', 'without bytes'],
    [newSecret(23), 'of 23 bytes'],
    [newSecret(65), 'of 65 bytes'],
    [`whsec_${'a'.repeat(33)}`, 'that is not base64'],
    [secret.slice('whsec_'.length), 'without whsec_'],
    [newPrivateKey(), 'that is a private key'],
  ])('every callback, by the secret "%s" (%s)', (by) => {
    expect(refusal(() => verified(good, { by }))).toMatch('the secret is not whsec_')
  })
})

test('a signature of ours is taken too, with the headers as Node gives them', async () => {
  const signature = sign({ id: 'evt_1', timestamp_s: now_s, body, keys: [signingKey(secret)] })
  const seen: string[] = []
  const server = createServer((incoming, response) => {
    seen.push(refusal(() => verified(incoming.headers)))
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const send = (headers: string[]) =>
    new Promise((resolve) => {
      const { port } = server.address() as AddressInfo
      request({ port, host: '127.0.0.1', headers: ['Host', 'a', ...headers] }, (response) => {
        response.resume().once('end', resolve)
      }).end()
    })
  const three = ['Webhook-Id', 'evt_1', 'Webhook-Timestamp', String(now_s), 'Webhook-Signature', signature]
  await send(three)
  await send([...three, 'Webhook-Id', 'evt_1'])
  server.close()
  expect(seen).toEqual(['it was taken: evt_1', 'webhook-id is not an id'])
})

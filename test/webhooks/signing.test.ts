import { randomInt } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { newSigningSecret, sign, signingKey } from '../../src/webhooks/signing.ts'
import { seededRandom } from '../support/seeded-random.ts'

/** Verifies with other people's code. Throws when it does not accept the signature. */
function verify(secret: string, id: string, timestamp_s: number, body: string, signature: string): void {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp_s), 'webhook-signature': signature }
  new Webhook(secret).verify(body, headers, { jsonParse: false })
}

/** A body of up to 20 kB: now and then empty or full, of ASCII, two-, three- and four-byte characters. */
function randomBody(random: () => number): string {
  const kind = random()
  const length = kind < 0.02 ? 0 : kind < 0.04 ? 20_000 : Math.floor(random() * 120)
  const tops = [0x7f, 0x7ff, 0xd7ff, 0x10ffff]
  let body = ''
  for (let index = 0; index < length; index++) {
    const code = 1 + Math.floor(random() * (tops[Math.floor(random() * 4)] as number))
    body += code >= 0xd800 && code <= 0xdfff ? '\u{1f4b8}' : String.fromCodePoint(code)
  }
  return body
}

describe('signing', () => {
  test('gives the vector of Standard Webhooks, byte for byte', () => {
    const signature = sign({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp_s: 1614265330,
      body: '{"test": 2432232314}',
      keys: [signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    })
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('makes secrets of 32 random bytes', () => {
    const secret = newSigningSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(newSigningSecret()).not.toBe(secret)
  })

  test('refuses a secret that is not one', () => {
    expect(() => signingKey('secret')).toThrow('whsec_')
  })

  test('a receiver with either secret accepts what is signed while one replaces the other', () => {
    const secrets = [newSigningSecret(), newSigningSecret()]
    const timestamp_s = Math.floor(Date.now() / 1000)
    const signature = sign({ id: 'evt_1', timestamp_s, body: '{}', keys: secrets.map(signingKey) })
    expect(signature.split(' ')).toHaveLength(2)
    for (const secret of secrets) verify(secret, 'evt_1', timestamp_s, '{}', signature)
    expect(() => verify(newSigningSecret(), 'evt_1', timestamp_s, '{}', signature)).toThrow()
  })

  test('10,000 random bodies verify with another library, and none with one bit changed', () => {
    const seed = randomInt(2 ** 31)
    console.log(`signing seed ${seed}`)
    const random = seededRandom(seed)
    const secret = newSigningSecret()
    const key = signingKey(secret)
    const timestamp_s = Math.floor(Date.now() / 1000)
    for (let round = 0; round < 10_000; round++) {
      const body = randomBody(random)
      const id = `evt_${round}`
      const signature = sign({ id, timestamp_s, body, keys: [key] })
      verify(secret, id, timestamp_s, body, signature)
      const changed = Buffer.from(body === '' ? ' ' : body)
      const at = Math.floor(random() * changed.length)
      changed[at] = (changed[at] as number) ^ (1 << Math.floor(random() * 8))
      // The library takes text, so the change must still be seen once the bytes are text again.
      const changedBody = changed.toString('utf8')
      if (changedBody === body) continue
      expect(() => verify(secret, id, timestamp_s, changedBody, signature), `seed ${seed}, round ${round}`).toThrow()
    }
  }, 30_000)
})

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openVault, randomSecret, sameSecret, seal, unseal } from '../../src/core/secret.ts'

const keys = { cipher: Buffer.alloc(32, 1), token: Buffer.alloc(32, 2) }

describe('a secret', () => {
  test('is compared as a whole: every text is the same as itself alone', () => {
    const secret = randomSecret(24)
    expect(sameSecret(secret, secret)).toBe(true)
    for (let place = 0; place < secret.length; place++) {
      const other = `${secret.slice(0, place)}${secret[place] === '0' ? '1' : '0'}${secret.slice(place + 1)}`
      expect(sameSecret(secret, other)).toBe(false)
    }
    for (const other of ['', secret.slice(1), `${secret} `, secret.toUpperCase()])
      expect(sameSecret(secret, other)).toBe(false)
  })

  test('is nowhere compared by an operator, which ends at the first difference', () => {
    const source = resolve(import.meta.dirname, '../../src')
    const compared =
      /\b\w*(?:secret|signature|mac|password|token|digest)\b\)?\s*[!=]==(?!\s*(?:undefined|null|'|true))/gi
    const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [...readFileSync(join(source, file), 'utf8').matchAll(compared)].map(([text]) => `${file}: ${text}`),
      )
    expect(found).toEqual([
      // What tells functions of SQL apart.
      'distribution/check.ts: signature) ===',
      // A secret of ours beside the one that was decrypted before, to find whether a key can be used again.
      'webhooks/delivery/attempt.ts: secret ===',
    ])
  })
})

describe('a token of a link', () => {
  test('has 132 bits, and is another for every part, every use and every key', () => {
    const vault = openVault(keys)
    const token = vault.token('link', 'bcus_1', '1')
    expect(token).toMatch(/^[\w-]{22}$/)
    const others = [
      vault.token('link', 'bcus_1', '2'),
      vault.token('link', 'bcus_2', '1'),
      vault.token('cursor', 'bcus_1', '1'),
      vault.token('link', 'bcus_1'),
      // The parts are told apart.
      vault.token('link', 'bcus_11'),
      openVault({ ...keys, token: Buffer.alloc(32, 3) }).token('link', 'bcus_1', '1'),
    ]
    expect(new Set([token, ...others]).size).toBe(others.length + 1)
  })

  test('is another for each of a hundred thousand', () => {
    const vault = openVault(keys)
    const tokens = new Set(Array.from({ length: 100_000 }, (_, index) => vault.token('link', String(index))))
    expect(tokens.size).toBe(100_000)
  })
})

test('a vault reads what it has encrypted, and nobody else does', () => {
  const vault = openVault(keys)
  const sealed = vault.encrypt('whsec_é')
  expect(vault.decrypt(sealed)).toBe('whsec_é')
  expect(() => openVault({ ...keys, cipher: Buffer.alloc(32, 3) }).decrypt(sealed)).toThrow()
})

test('a part of a tag is none: four bytes of it could be guessed', () => {
  const sealed = seal(keys.cipher, Buffer.alloc(0))
  expect(unseal(keys.cipher, sealed)).toHaveLength(0)
  expect(() => unseal(keys.cipher, sealed.subarray(0, 16))).toThrow('Invalid authentication tag length')
})

test('what is encrypted is read again, and nothing of it may be changed', () => {
  const sealed = seal(keys.cipher, Buffer.from('whsec_1'))
  expect(unseal(keys.cipher, sealed).toString()).toBe('whsec_1')
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(() => unseal(keys.cipher, changed)).toThrow()
  }
  expect(() => unseal(keys.token, sealed)).toThrow()
  expect(seal(keys.cipher, Buffer.from('whsec_1')).equals(sealed)).toBe(false)
})

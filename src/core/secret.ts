import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { assert } from './assert.ts'

/**
 * SHA-256, for what is only ever compared: API keys, request fingerprints. A payment takes five of them: hashed at once into
 * text one takes 0.6 µs, into a buffer twice that, as a stream 1.9.
 */
export function sha256(value: string): Buffer {
  return Buffer.from(hash('sha256', value, 'binary'), 'binary')
}

/** Compares two strings in a time that does not tell where they differ. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right))
}

/** A random secret of `bytes` bytes in base62-safe characters (base64url without `-` and `_`). */
export function randomSecret(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

/**
 * What the encryption key does: it encrypts what must be readable again (signing secrets, processor keys) and derives
 * what can be made again (link tokens). Each use has a key of its own, so that one cannot stand in for another.
 */
export type Vault = {
  encrypt(plain: string): Buffer
  /** Throws when the text was not encrypted by this key. */
  decrypt(encrypted: Buffer): string
  /** A token of 132 bits in 22 base64url characters, the same for the same parts. */
  token(...parts: string[]): string
}

/** Tells one encryption key from another, and nothing about either: an HMAC of a fixed label, as the vault derives its keys. */
export function keyFingerprint(encryptionKey: string): Buffer {
  return derive(encryptionKey, 'tallystick key check v1')
}

function derive(encryptionKey: string, use: string): Buffer {
  return createHmac('sha256', encryptionKey).update(use).digest()
}

/** Makes a vault of the operator's encryption key: any text of at least 32 characters. */
export function openVault(encryptionKey: string): Vault {
  assert(encryptionKey.length >= 32, 'the encryption key has at least 32 characters')
  const cipherKey = derive(encryptionKey, 'tallystick encryption v1')
  const tokenKey = derive(encryptionKey, 'tallystick link token v1')
  return {
    encrypt(plain) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    decrypt(encrypted) {
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, encrypted.subarray(0, 12))
      decipher.setAuthTag(encrypted.subarray(12, 28))
      return Buffer.concat([decipher.update(encrypted.subarray(28)), decipher.final()]).toString('utf8')
    },
    token(...parts) {
      return createHmac('sha256', tokenKey).update(parts.join('\n')).digest('base64url').slice(0, 22)
    },
  }
}

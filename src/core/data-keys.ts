import { createHmac, randomBytes } from 'node:crypto'
import { assert } from './assert.ts'
import { seal, unseal } from './secret.ts'

/**
 * The keys that are used, of 32 bytes each: one encrypts what must be readable again, and tokens that can be derived again hang on
 * the other. They are kept wrapped by the encryption key of the operator, which can so be exchanged while they stay.
 */
export type DataKeys = { cipher: Buffer; token: Buffer }

const keySize = 32

/** A fingerprint that distinguishes encryption keys without revealing them: the HMAC of a fixed label. */
export function keyFingerprint(encryptionKey: string): Buffer {
  return derive(encryptionKey, 'tallystick key check v1')
}

/** The data keys of a database from before they were wrapped: its secrets and the links that were sent hang on these. */
export function derivedDataKeys(encryptionKey: string): DataKeys {
  assert(encryptionKey.length >= 32, 'the encryption key has at least 32 characters')
  return {
    cipher: derive(encryptionKey, 'tallystick encryption v1'),
    token: derive(encryptionKey, 'tallystick link token v1'),
  }
}

/** The data keys of a new database. Nobody can derive them, also not from an encryption key that leaked. */
export function newDataKeys(): DataKeys {
  return { cipher: randomBytes(keySize), token: randomBytes(keySize) }
}

/** Data keys as they are stored, readable with this encryption key only. */
export function wrapDataKeys(encryptionKey: string, { cipher, token }: DataKeys): Buffer {
  return seal(derive(encryptionKey, 'tallystick key wrap v1'), Buffer.concat([cipher, token]))
}

/** Throws when they were wrapped by another key. */
export function unwrapDataKeys(encryptionKey: string, wrapped: Buffer): DataKeys {
  const keys = unseal(derive(encryptionKey, 'tallystick key wrap v1'), wrapped)
  assert(keys.length === 2 * keySize, 'two keys were wrapped')
  return { cipher: keys.subarray(0, keySize), token: keys.subarray(keySize) }
}

function derive(encryptionKey: string, use: string): Buffer {
  return createHmac('sha256', encryptionKey).update(use).digest()
}

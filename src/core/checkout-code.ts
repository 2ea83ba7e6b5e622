import { encode } from './id/base62.ts'
import type { Id } from './id/id.ts'
import type { Vault } from './secret.ts'

// 62 to the power of 12 is a little more than 2 to the power of 71: short enough to be typed from paper, and not to be guessed
// while each address may ask only so often.
export const codeLength = 12

/**
 * The code in the address of a request's or session's page. It is derived from the id under the encryption key, so that it can be
 * shown again and is stored nowhere.
 */
export function checkoutCode(vault: Vault, id: Id): string {
  const hexadecimal = Buffer.from(vault.token('checkout', id), 'base64url').toString('hex').slice(0, 32)
  const uuid = hexadecimal.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  return encode(uuid).slice(-codeLength)
}

/** What is stored of a code, and looked up: its HMAC. `undefined` for a text that does not have the form of a code. */
export function codeHash(vault: Vault, code: string): string | undefined {
  return /^[0-9A-Za-z]{12}$/.test(code) ? vault.token('checkout code', code) : undefined
}

import type { KeyObject } from 'node:crypto'
import type { Vault } from '../../core/secret.ts'
import { signingKey } from '../signing.ts'

/** Where and how one endpoint is called. */
export type Receiver = { url: URL; keys: KeyObject[] }

const remembered = 10_000

/**
 * Opens the URL and the signing keys of endpoints, and remembers them: decrypting takes longer than signing. What is
 * encrypted is one secret, or several separated by spaces while one replaces another. Throws when the vault's key is
 * another one, and when what it opens is no secret.
 */
export function createReceivers(vault: Vault): (endpointId: string, url: string, secret: string) => Receiver {
  const known = new Map<string, { url: string; secret: string; receiver: Receiver }>()
  return (endpointId, url, secret) => {
    const found = known.get(endpointId)
    // The ciphertext is new whenever the secret is.
    if (found?.url === url && found.secret === secret) return found.receiver
    const secrets = vault.decrypt(Buffer.from(secret, 'base64')).split(' ')
    const receiver = { url: new URL(url), keys: secrets.map(signingKey) }
    for (const oldest of known.keys()) {
      if (known.size < remembered) break
      known.delete(oldest)
    }
    known.set(endpointId, { url, secret, receiver })
    return receiver
  }
}

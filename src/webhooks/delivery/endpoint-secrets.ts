import type { KeyObject } from 'node:crypto'
import { createCache } from '../../core/cache.ts'
import type { Vault } from '../../core/secret.ts'
import { signingKey } from '../signing.ts'

/** Where one endpoint is called, and with which signing keys. */
export type Destination = { url: URL; keys: KeyObject[] }

const cachedMax = 10_000

/**
 * Parses the URL and decrypts the signing keys of endpoints, and caches them: decrypting takes longer than signing. The
 * plain text is one secret, or several separated by spaces while one replaces another. Throws when the key of the vault
 * is another one, and when the plain text is not a secret.
 */
export function createEndpointSecrets(vault: Vault): (endpointId: string, url: string, secret: string) => Destination {
  const known = createCache<{ url: string; secret: string; destination: Destination }>({ size_max: cachedMax })
  return (endpointId, url, secret) => {
    const found = known.get(endpointId)
    // The ciphertext changes whenever the secret does.
    if (found?.url === url && found.secret === secret) return found.destination
    const secrets = vault.decrypt(Buffer.from(secret, 'base64')).split(' ')
    const destination = { url: new URL(url), keys: secrets.map(signingKey) }
    known.set(endpointId, { url, secret, destination })
    return destination
  }
}

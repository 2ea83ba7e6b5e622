import type { KeyObject } from 'node:crypto'
import { createCache } from '../../core/cache.ts'
import type { Vault } from '../../core/secret.ts'
import { signingKey } from '../signing.ts'

/** Where and how one endpoint is called. */
export type Destination = { url: URL; keys: KeyObject[] }

const cachedMax = 10_000

/**
 * Opens the URL and the signing keys of endpoints, and caches them: decrypting takes longer than signing. What is encrypted is
 * one secret, or several separated by spaces while one replaces another. Throws when the vault's key is another one, and when
 * what it opens is no secret.
 */
export function createEndpointSecrets(vault: Vault): (endpointId: string, url: string, secret: string) => Destination {
  const known = createCache<{ url: string; secret: string; destination: Destination }>({ size_max: cachedMax })
  return (endpointId, url, secret) => {
    const found = known.get(endpointId)
    // The ciphertext is new whenever the secret is.
    if (found?.url === url && found.secret === secret) return found.destination
    const secrets = vault.decrypt(Buffer.from(secret, 'base64')).split(' ')
    const destination = { url: new URL(url), keys: secrets.map(signingKey) }
    known.set(endpointId, { url, secret, destination })
    return destination
  }
}

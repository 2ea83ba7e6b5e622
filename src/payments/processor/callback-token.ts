import { sameSecret, type Vault } from '../../core/secret.ts'

/**
 * The part of the address of callbacks that cannot be guessed: the number of the environment, and a token of it and of the
 * processor.
 */
export function callbackToken(vault: Vault, environmentId: number, processor: string): string {
  return `${environmentId.toString(36)}-${vault.token('processor callbacks', String(environmentId), processor)}`
}

/** The environment of an address of callbacks; undefined when it was not made here for this processor. */
export function readCallbackToken(vault: Vault, processor: string, token: string): number | undefined {
  const id = Number.parseInt(/^[0-9a-z]{1,6}(?=-)/.exec(token)?.[0] ?? '', 36)
  if (!Number.isInteger(id)) return undefined
  return sameSecret(token, callbackToken(vault, id, processor)) ? id : undefined
}

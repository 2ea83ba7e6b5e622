import { hash } from 'node:crypto'

/** The bucket of what is found by a value, not by an id: the first 16 bits of the value's SHA-256. */
export function bucketOfValue(value: string): number {
  return Number.parseInt(hash('sha256', value, 'hex').slice(0, 4), 16)
}

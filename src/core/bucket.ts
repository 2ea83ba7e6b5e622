import { hash } from 'node:crypto'

/** The bucket of a row that is found by a value and not by an id: the first 16 bits of the SHA-256 of the value. */
export function bucketOfValue(value: string): number {
  return Number.parseInt(hash('sha256', value, 'hex').slice(0, 4), 16)
}

/** The bucket of what a processor names by a reference of its own. */
export function bucketOfReference(processor: string, reference: string): number {
  return bucketOfValue(`${processor}\n${reference}`)
}

/** The bucket of what an environment has as a whole. */
export function bucketOfEnvironment(environment_id: number): number {
  return environment_id % 65_536
}

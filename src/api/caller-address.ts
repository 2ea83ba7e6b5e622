import { isIP } from 'node:net'
import type { AppContext } from '../context.ts'
import type { FastifyRequest } from './fastify.ts'

/** Where a change comes from, as it is kept with it; undefined with a public key, which a payer's browser sends. */
export function callerAddress(
  { clientOf }: Pick<AppContext, 'clientOf'>,
  { raw, by_public_key }: Pick<FastifyRequest, 'raw' | 'by_public_key'>,
): string | undefined {
  if (by_public_key) return undefined
  const { whole } = clientOf(raw)
  return isIP(whole) === 0 ? undefined : whole
}

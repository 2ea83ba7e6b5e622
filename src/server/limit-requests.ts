import type { IncomingMessage } from 'node:http'
import type { FailedKeys } from '../api/auth.ts'
import type { FastifyReply, FastifyRequest, Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import type { Id } from '../core/id/id.ts'
import { rateLimitFields } from '../core/rate-limit.ts'
import { isUnlimited } from './unlimited.ts'

type App = Pick<AppContext, 'limits' | 'clientOf'>

/**
 * Counts what comes without a key of a merchant's by the address that it comes from, and forms of payers by their link, before anything
 * is made for it. What shows a key is counted by `limitKey`, when it is known whose it is.
 */
export function limitRequests(router: Router, app: App): void {
  router.addHook('onRequest', (request, _reply, done) => {
    const { config, url } = request.routeOptions
    if (config.operation !== undefined || isUnlimited(url)) return done()
    const counted = countAddress(app, request.raw)
    const link = request.method === 'POST' ? linkOf(request) : undefined
    if (counted === undefined && link === undefined) return done()
    Promise.resolve(counted)
      .then(() => (link === undefined ? undefined : app.limits.take('link', link)))
      .then(() => done(), done)
  })
}

/** Where the part of the address is a link that opens a page, that part. */
function linkOf({ params }: FastifyRequest): string | undefined {
  const { token, code } = (params ?? {}) as { token?: string; code?: string }
  return token ?? code
}

function countAddress({ limits, clientOf }: App, raw: IncomingMessage): Promise<void> | undefined {
  const { address, single } = clientOf(raw)
  return single ? limits.take('address', address) : undefined
}

/** Counts a request by its key, where the operator limits them, and by its address too where the key is public: everybody has it. */
export async function limitKey(
  app: App,
  key: { id: Id; kind: 'secret' | 'public' },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (key.kind === 'public') await countAddress(app, request.raw)
  const state = app.limits.state('key', key.id)
  if (state === undefined) return
  await app.limits.take('key', key.id)
  reply.headers(rateLimitFields(app.limits.state('key', key.id) ?? state))
}

/** Counts keys that are none, by the address that they come from. */
export function countFailedKeys({ limits, clientOf }: App): FailedKeys {
  const addressOf = (from: Parameters<FailedKeys['count']>[0]) => {
    const { address, single } = clientOf(from)
    return single ? address : undefined
  }
  return {
    count(from) {
      const address = addressOf(from)
      return address === undefined ? undefined : limits.take('failed_key', address)
    },
    takeBack(from) {
      const address = addressOf(from)
      if (address !== undefined) limits.giveBack('failed_key', address)
    },
  }
}

import type { FastifyReply, Router } from '../../api/fastify.ts'
import { operation } from '../../api/operation.ts'
import { sendResponse } from '../../api/response.ts'
import type { AppContext } from '../../context.ts'
import { feedPage, readFeedQuery } from './schema.ts'
import { readFeed } from './service.ts'

/** Read the feed of events. */
export function feedRoutes(router: Router, app: AppContext): void {
  operation(
    router,
    app,
    {
      method: 'GET',
      url: '/events',
      id: 'readEvents',
      tag: 'Event feed',
      scope: 'read',
      summary: 'Read the feed of events',
      description:
        'Oldest first, in one order that never changes: keep `next_cursor` of each page, also of an empty one, and go on from it. A page ends after 10,000 events of other types at the latest: it may have fewer than `limit`, or none, while `has_more` is true. At most 20 requests of an environment wait at a time; more are answered at once.',
      query: readFeedQuery,
      responses: { 200: feedPage },
      errors: ['invalid_cursor', 'cursor_expired'],
      waits: true,
    },
    async ({ query, context }, reply) =>
      sendResponse(reply, { status: 200, body: await readFeed(app, context, query, clientLeft(reply)) }),
  )
}

/** Is aborted when the connection of the request closes: nobody waits for the answer then. */
function clientLeft(reply: FastifyReply): AbortSignal {
  const left = new AbortController()
  if (reply.raw.closed) left.abort()
  else reply.raw.once('close', () => left.abort())
  return left.signal
}

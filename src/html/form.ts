import type { FastifyReply, FastifyRequest, Router } from '../api/fastify.ts'
import { toProblem } from '../api/problems.ts'
import { checkCharset } from '../api/request-head.ts'
import { readPairs } from '../api/url-encoded.ts'
import type { AppContext } from '../context.ts'
import { decodeUtf8 } from '../core/encoded-text.ts'
import { Problem } from '../core/problem.ts'
import { rateLimitFields } from '../core/rate-limit.ts'
import { sendMessage, sendPageNotFound } from './send.ts'

// Ten tracking parameters of 500 characters, each up to nine bytes when encoded, and the form's own fields.
const formMaxBytes = 64 * 1024

/** Makes a group of routes speak HTML: bodies are forms and nothing else, refusals are pages. */
export function preparePages(router: Router, app: AppContext): void {
  router.removeAllContentTypeParsers()
  router.addContentTypeParser<Buffer>(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: formMaxBytes },
    (request, body, done) => {
      checkCharset(request.headers['content-type'])
      done(null, readFields(body))
    },
  )
  router.setErrorHandler((error, request, reply) => sendRefusal(app, request, reply, error))
}

/** The fields of a form's body. Ours have each name once: of two amounts none is the one that was meant. */
function readFields(body: Buffer): URLSearchParams {
  const pairs = readPairs(decodeUtf8(body, 'The form'), 'The form')
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new Problem('invalid_request', 'The form has a field more than once.')
  }
  return new URLSearchParams(pairs)
}

/** The fields of the form that was posted. Throws `invalid_request` when the body is not a form. */
export function readForm(request: FastifyRequest): URLSearchParams {
  if (request.body instanceof URLSearchParams) return request.body
  throw new Problem('invalid_request', 'The body should be a form.')
}

/**
 * Whether a POST came from one of our own pages. Browsers send their origin with every POST, and a page cannot make
 * them send another. `null`, which a sandboxed frame sends, is refused. Requests without an Origin header do not come
 * from a browser form, unless they say that another site sent them (Fetch Metadata).
 */
export function isOwnOrigin(app: Pick<AppContext, 'publicUrl' | 'log'>, request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site === 'cross-site') return false
  if (origin === app.publicUrl()) return true
  if (origin === undefined) return site !== 'same-site'
  if (performance.now() >= foreignWarnedUntil) {
    foreignWarnedUntil = performance.now() + foreignWarningsMs
    app.log.warn(
      { origin: shownOrigin(origin), public_url: app.publicUrl() },
      'a form came from another origin; if that is where payers reach this server, set TALLYSTICK_PUBLIC_URL to it',
    )
  }
  return false
}

// The header is chosen by the sender: only its origin is logged, and only once a minute.
const foreignWarningsMs = 60_000
const shownOriginMax = 100
let foreignWarnedUntil = 0

function shownOrigin(header: string): string {
  return URL.canParse(header) ? new URL(header).origin.slice(0, shownOriginMax) : 'malformed'
}

/** Sends the refusal of a POST that did not come from our own page. */
export function sendForeign(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendMessage(request, reply, 403, 'foreign')
}

/** Answers whatever went wrong with a page that says so, and what to do. */
export function sendRefusal(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const problem = toProblem(error)
  if (problem.code === 'not_found') return sendPageNotFound(request, reply)
  if (problem.limit !== undefined) {
    reply.headers({ ...rateLimitFields(problem.limit), 'retry-after': String(problem.retryAfterS) })
    return sendMessage(request, reply, 429, problem.limit.name === 'dead_link' ? 'tooMany' : 'tooFast')
  }
  if (problem.status === 503) {
    reply.header('retry-after', String(problem.retryAfterS ?? 2))
    return sendMessage(request, reply, 503, 'unavailable')
  }
  if (problem.status < 500) return sendMessage(request, reply, problem.status, 'unreadable')
  app.log.error({ request_id: request.id, err: error }, 'a page failed')
  return sendMessage(request, reply, 500, 'failed')
}

import { acceptWeights } from '../api/accept.ts'
import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import { documentHeaders } from './document.ts'
import { html } from './html.ts'
import type { Catalogue } from './language/catalogue.ts'
import { voiceFor } from './language/choose.ts'
import { ownStylesOf, type Page, pageStyle, renderPage } from './layout.ts'

type PageOptions = {
  status?: number
  formOrigins?: readonly string[]
  /** In how many seconds the browser asks for the page again. */
  refresh_s?: number | undefined
}

/**
 * Sends a page that runs no script, loads nothing but the logo, cannot be framed and is not cached. `formOrigins` are further
 * origins that its forms may lead to: Chromium applies `form-action` also to the redirect after a POST.
 */
export function sendPage(
  reply: FastifyReply,
  page: Page,
  { status = 200, formOrigins = [], refresh_s }: PageOptions = {},
): FastifyReply {
  if (refresh_s !== undefined) reply.header('refresh', String(refresh_s))
  return reply
    .code(status)
    .headers({
      ...documentHeaders({
        styles: [pageStyle, ...ownStylesOf(page)],
        form_action: ["'self'", ...formOrigins].join(' '),
        img: page.face?.logo ? "'self'" : undefined,
      }),
      // Other origins learn nothing. The second value is the one in force: under `no-referrer` alone a browser posts a form
      // with `Origin: null` (Fetch, "append a request Origin header"), and the guard could not tell our page from another's.
      'referrer-policy': 'no-referrer, same-origin',
      'cache-control': 'no-store',
      vary: 'Accept-Language',
      'x-robots-tag': 'noindex',
    })
    .send(renderPage(page))
}

/** Sends a page that only says why there is no other, in the voice of a request whose customer is not known. */
export function sendMessage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  kind: keyof Catalogue['shell']['refusals'],
): FastifyReply {
  const voice = voiceFor(request)
  const { heading, sentences } = voice.text.shell.refusals[kind]
  const content = html`<section class="card"><h1>${heading}</h1>${sentences.map((text) => html`<p>${text}</p>`)}</section>`
  return sendPage(reply, { voice, title: heading, content, query: '' }, { status })
}

/** The one response to every link that does not work. Wrong, unknown, invalidated and archived links look the same. */
export function sendPageNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendMessage(request, reply, 404, 'notFound')
}

/**
 * Answers a browser that asked for an address which is far from all others: the home page, or a 404 like it. A payer who typed
 * only a part of a link is helped on; a stranger learns nothing of which merchants there are.
 */
export function sendStray(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  return path === '/' ? sendMessage(request, reply, 200, 'home') : sendMessage(request, reply, 404, 'noPage')
}

/** Whether a request is a browser's for a page: it names HTML, and does not like JSON better. */
export function asksForPage({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const weights = acceptWeights(headers.accept)
  const html = weights.get('text/html') ?? 0
  return html > 0 && html >= (weights.get('application/json') ?? 0)
}

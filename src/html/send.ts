import type { FastifyReply } from '../api/fastify.ts'
import { documentHeaders } from './document.ts'
import { html } from './html.ts'
import { type Page, pageStyle, renderPage } from './layout.ts'

/**
 * Sends a page that runs no script, loads nothing, cannot be framed and is not cached. `formOrigins` are further
 * origins that its forms may lead to: Chromium applies `form-action` also to the redirect after a POST.
 */
export function sendPage(
  reply: FastifyReply,
  page: Page,
  { status = 200, formOrigins = [] }: { status?: number; formOrigins?: readonly string[] } = {},
): FastifyReply {
  return reply
    .code(status)
    .headers({
      ...documentHeaders({ style: pageStyle, form_action: ["'self'", ...formOrigins].join(' ') }),
      // Other origins learn nothing. The second value is the one in force: under `no-referrer` alone a browser posts a form
      // with `Origin: null` (Fetch, "append a request Origin header"), and the guard could not tell our page from another's.
      'referrer-policy': 'no-referrer, same-origin',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    })
    .send(renderPage(page))
}

/** Sends a page with one heading, some sentences, and nothing to do. */
export function sendMessage(
  reply: FastifyReply,
  status: number,
  heading: string,
  ...sentences: string[]
): FastifyReply {
  const content = html`<section class="card"><h1>${heading}</h1>${sentences.map((text) => html`<p>${text}</p>`)}</section>`
  return sendPage(reply, { title: heading, content }, { status })
}

/** The one response to every link that does not work. Wrong, unknown, invalidated and archived links look the same. */
export function sendPageNotFound(reply: FastifyReply): FastifyReply {
  return sendMessage(
    reply,
    404,
    'This link does not work',
    'It may have been cut short when it was copied, or replaced by a newer one.',
    'Please open the newest link that you were sent, or ask the company that sent it for a new one.',
  )
}

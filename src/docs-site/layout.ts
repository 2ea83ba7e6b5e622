import type { FastifyReply } from '../api/fastify.ts'
import { documentHeaders, readStyle, renderHtmlDocument } from '../html/document.ts'
import { type Html, html } from '../html/html.ts'

/** A page of the documents: its title, and the content of `main`. */
export type DocsPage = { title: string; content: Html }

const style = readStyle(new URL('./docs.css', import.meta.url))

/** Renders the whole document. */
export function renderDocs({ title, content }: DocsPage): string {
  return renderHtmlDocument({
    title: `${title} · Tallystick`,
    style,
    body: html`<header><a href="/docs">Tallystick</a><a href="/docs">Guides</a><a href="/docs/reference">API reference</a><a href="/docs/errors">Errors</a><a href="/openapi.json">openapi.json</a></header>
<main>
${content}
</main>
`,
  })
}

/** Sends a page that runs no script and loads nothing. The documents are the same for everyone, so caches may keep them. */
export function sendDocs(reply: FastifyReply, body: string, status = 200): FastifyReply {
  return reply
    .code(status)
    .headers({
      ...documentHeaders({ style, form_action: "'none'" }),
      'referrer-policy': 'no-referrer',
      'cache-control': 'public, max-age=300',
    })
    .send(body)
}

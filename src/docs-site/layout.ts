import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import { type FixedAnswer, sendFixed } from '../api/fixed-answer.ts'
import { documentHeaders, readStyle, renderHtmlDocument } from '../html/document.ts'
import { html } from '../html/html.ts'
import { renderMarkdown } from './markdown.ts'
import { type DocsPage, markdownAddress } from './page.ts'

const style = readStyle(new URL('./docs.css', import.meta.url))

/** Renders the whole document of a page. `twin` is whether it can be had as Markdown, at an address of its own. */
export function renderDocs({ path, title, markdown }: DocsPage, twin = true): string {
  const address = markdownAddress(path)
  return renderHtmlDocument({
    title: `${title} · Tallystick`,
    style,
    head: twin ? html`<link rel="alternate" type="text/markdown" href="${address}">\n` : undefined,
    body: html`<header><a href="/docs">Tallystick</a><a href="/docs">Guides</a><a href="/docs/reference">API reference</a><a href="/docs/errors">Errors</a><a href="/openapi.json">openapi.json</a></header>
<main>
${renderMarkdown(markdown)}
</main>
${twin && html`<footer><a href="${address}">This page as Markdown</a> · <a href="/llms.txt">All pages</a></footer>\n`}`,
  })
}

/** Sends a page, in either form, that runs no script and loads nothing. The documents are the same for everyone, so caches may keep them. */
export function sendDocs(
  request: FastifyRequest,
  reply: FastifyReply,
  page: FixedAnswer,
  status: 200 | 404 = 200,
): FastifyReply {
  const headers = {
    ...documentHeaders({ styles: [style], form_action: "'none'" }),
    'content-type': page.type,
    'referrer-policy': 'no-referrer',
    'cache-control': 'public, max-age=300',
  }
  return sendFixed(request, reply.code(status).headers(headers), page)
}

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply } from '../api/fastify.ts'
import { Html, html } from '../html/html.ts'

/** A page of the documents: its title, and the content of `main`. */
export type DocsPage = { title: string; content: Html }

const style = readFileSync(new URL('./docs.css', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
const styleDigest = createHash('sha256').update(style).digest('base64')
const styleElement = trusted(`<style>${style}</style>`)

/** Trusted text that is already HTML: the style sheet, and rendered Markdown. */
export function trusted(text: string): Html {
  return Html.fromTemplate([text], [])
}

/** Renders the whole document. */
export function renderDocs({ title, content }: DocsPage): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Tallystick</title>
${styleElement}
</head>
<body>
<header><a href="/docs">Tallystick</a><a href="/docs">Guides</a><a href="/docs/reference">API reference</a><a href="/docs/errors">Errors</a><a href="/openapi.json">openapi.json</a></header>
<main>
${content}
</main>
</body>
</html>
`.toString()
}

/** Sends a page that runs no script and loads nothing. The documents are the same for everyone, so caches may keep them. */
export function sendDocs(reply: FastifyReply, body: string, status = 200): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        `default-src 'none'; style-src 'sha256-${styleDigest}'; form-action 'none'; ` +
        "frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'public, max-age=300',
      'x-frame-options': 'DENY',
    })
    .send(body)
}

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Html, html } from './html.ts'

/** A style sheet that a document carries in itself: its element, and the source by which the security policy lets it through. */
export type Style = { element: Html; source: string }

/** A document, before it is wrapped. `head` stands after what every document has there, `body` is all of the body. */
export type Document = { title: string; style: Style; head?: Html | undefined; body: Html }

/** Reads a style sheet. The element is whole in one trusted text: a style sheet has no entities, so it must not be escaped. */
export function readStyle(file: URL): Style {
  const text = squeezeCss(readFileSync(file, 'utf8'))
  const source = `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return { element: Html.trusted(`<style>${text}</style>`), source }
}

/** A style sheet without the white space that means nothing: files are kept readable, and what is sent is 1.4 kB less. */
function squeezeCss(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,>]) ?/g, '$1')
    .replaceAll(/([a-z-]): /g, '$1:')
    .trim()
}

/** Renders a whole document. */
export function renderDocument({ title, style, head, body }: Document): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}<title>${title}</title>
${style.element}
</head>
<body>
${body}</body>
</html>
`.toString()
}

/**
 * The headers of a document that runs nothing, loads nothing, shows no style but its own and is framed by nobody. `form_action` is
 * where its forms may lead, as the policy names it.
 */
export function documentHeaders({ style, form_action }: { style: Style; form_action: string }): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      `default-src 'none'; style-src ${style.source}; form-action ${form_action}; ` +
      "frame-ancestors 'none'; base-uri 'none'",
    'x-frame-options': 'DENY',
  }
}

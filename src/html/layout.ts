import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Html, html } from './html.ts'

/** A page before it is wrapped: its title, and the content of `main`. */
export type Page = {
  title: string
  /** Whose page it is, shown above the content; absent where that would reveal something to a stranger. */
  merchant?: string | undefined
  /** Puts the banner of a test environment on top. */
  test?: boolean | undefined
  content: Html
  footer?: Html | undefined
}

// The file stays readable; white space without meaning is removed before it is sent, which saves 1.4 kB.
const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  .replaceAll(/\s+/g, ' ')
  .replaceAll(/ ?([{};,>]) ?/g, '$1')
  .replaceAll(/([a-z-]): /g, '$1:')
  .trim()

/** The source of the one inlined style sheet in the content security policy, so that no other style applies. */
export const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

// The element is whole in one raw string: a style sheet has no entities, so it must not be escaped.
const styleElement = Html.fromTemplate([`<style>${style}</style>`], [])

/** Renders the whole document. */
export function renderPage({ title, merchant, test, content, footer }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${styleElement}
</head>
<body>
${test && html`<header class="banner">Test page. No real money moves.</header>\n`}<main>
${merchant !== undefined && merchantLine(merchant)}${content}
</main>
${footer && html`<footer>${footer}</footer>\n`}</body>
</html>
`.toString()
}

function merchantLine(name: string): Html {
  const [initial = ''] = [...name.trim()]
  return html`<p class="merchant"><span class="mark" aria-hidden="true">${initial.toUpperCase()}</span>${name}</p>\n`
}

import { readStyle, renderHtmlDocument } from './document.ts'
import { type Html, html } from './html.ts'

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

/** The style sheet of every page. */
export const pageStyle = readStyle(new URL('./style.css', import.meta.url), new URL('./debts.css', import.meta.url))

/** Renders the whole document. */
export function renderPage({ title, merchant, test, content, footer }: Page): string {
  return renderHtmlDocument({
    title,
    style: pageStyle,
    head: html`<meta name="robots" content="noindex">\n`,
    body: html`${test && html`<header class="banner">Test page. No real money moves.</header>\n`}<main>
${merchant !== undefined && merchantLine(merchant)}${content}
</main>
${footer && html`<footer>${footer}</footer>\n`}`,
  })
}

function merchantLine(name: string): Html {
  const [initial = ''] = [...name.trim()]
  return html`<p class="merchant"><span class="mark" aria-hidden="true">${initial.toUpperCase()}</span><span class="name">${name}</span></p>\n`
}

import { readStyle, renderHtmlDocument } from './document.ts'
import { accentStyle, contactLines, type Face, merchantLine, themeColors } from './face.ts'
import { type Html, html } from './html.ts'

/** A page before it is wrapped: its title, and the content of `main`. */
export type Page = {
  title: string
  /** Whose page it is, shown above the content; absent where that would reveal something to a stranger. */
  merchant?: string | undefined
  /** How that merchant shows itself besides its name. */
  face?: Face | undefined
  /** Puts the banner of a test environment on top. */
  test?: boolean | undefined
  /** Puts on top that this is only a sample. */
  sample?: boolean | undefined
  content: Html
  footer?: Html | undefined
}

/** The style sheet of every page. */
export const pageStyle = readStyle(new URL('./style.css', import.meta.url), new URL('./debts.css', import.meta.url))

/** Renders the whole document. */
export function renderPage({ title, merchant, face, test, sample, content, footer }: Page): string {
  const contact = contactLines(face)
  const banner = [
    sample && 'Sample. This is what your payers see. Nothing here is owed.',
    test && 'Test page. No real money moves.',
  ]
    .filter(Boolean)
    .join(' ')
  return renderHtmlDocument({
    title,
    style: pageStyle,
    head: html`<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
${themeColors(face)}`,
    own_style: accentStyle(face),
    body: html`${banner && html`<header class="banner">${banner}</header>\n`}<main>
${merchant !== undefined && merchantLine(merchant, face)}${content}
</main>
${(footer || contact) && html`<footer>${footer}${contact}</footer>\n`}`,
  })
}

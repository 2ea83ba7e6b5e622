import { readStyle, renderHtmlDocument, type Style } from './document.ts'
import { accentStyle, contactLines, type Face, merchantLine, themeColors } from './face.ts'
import { type Html, html } from './html.ts'
import { languageNames } from './language/languages.ts'
import type { Voice } from './language/voice.ts'

/** A page before it is wrapped: its title, and the content of `main`. */
export type Page = {
  voice: Voice
  title: string
  /** Whose page it is, shown above the content; absent where that would reveal something to a stranger. */
  merchant?: string | undefined
  /** How that merchant shows itself besides its name. */
  face?: Face | undefined
  /** Puts the banner of a test environment on top. */
  test?: boolean | undefined
  /** Puts on top that this is only a sample. */
  sample?: boolean | undefined
  /** What only pages of its kind look like. */
  style?: Style | undefined
  content: Html
  footer?: Html | undefined
  /** The query with which the page is opened in another language, but for that; absent where it has one language. */
  query?: string | undefined
}

/** The style sheet of every page. */
export const pageStyle = readStyle(new URL('./style.css', import.meta.url), new URL('./debts.css', import.meta.url))

/** The styles of one page besides that. */
export function ownStylesOf({ style, face }: Page): Style[] {
  return [style, accentStyle(face)].filter((one) => one !== undefined)
}

/** Renders the whole document. */
export function renderPage(page: Page): string {
  const { voice, title, merchant, face, test, sample, content, footer, query } = page
  const { text, language, direction } = voice
  const choices = query === undefined ? undefined : languageSwitch(voice, query)
  const contact = contactLines(face, voice)
  const banner = [sample && text.shell.sampleBanner, test && text.shell.testBanner].filter(Boolean).join(' ')
  return renderHtmlDocument({
    language,
    direction,
    title,
    style: pageStyle,
    head: html`<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
${themeColors(face)}`,
    own_styles: ownStylesOf(page),
    body: html`${banner && html`<header class="banner">${banner}</header>\n`}<main>
${merchant !== undefined && merchantLine(merchant, face)}${content}
</main>
${(footer || contact || choices) && html`<footer>${footer}${contact}${choices}</footer>\n`}`,
  })
}

/** Links to the same page in the other languages, each called what its readers call it. */
function languageSwitch({ offered, language, text }: Voice, query: string): Html | undefined {
  const others = offered.filter((one) => one !== language)
  if (others.length === 0) return undefined
  const to = (one: string) => `?${query === '' ? '' : `${query}&`}lang=${one}`
  return html`<nav class="languages no-print" aria-label="${text.shell.language}">${others.map(
    (one) => html`<a href="${to(one)}" lang="${one}">${languageNames[one]}</a> `,
  )}</nav>`
}

import { Marked, type Token, type Tokens } from 'marked'
import { escapeHtml, Html } from '../html/html.ts'

/** Renders our own Markdown. Raw HTML in it is shown as text, since no document needs any. */
export function renderMarkdown(markdown: string): Html {
  const marked = new Marked({
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
      heading({ tokens, depth, text }: Tokens.Heading) {
        return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escapeHtml(toHtmlPage(href))}">${this.parser.parseInline(tokens)}</a>`
      },
      // A scrolling region has to be reachable without a mouse.
      code: ({ text }: Tokens.Code) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
      list(list: Tokens.List) {
        if (!areFields(list)) return false
        const items = list.items.map(({ tokens }) => {
          const [nested, own] = [tokens.filter(isList), tokens.filter((token) => !isList(token))]
          const folded = nested.map((one) => `${fieldsOf(own)}${this.parser.parse([one])}</details>`)
          return `<li>${this.parser.parse(own)}${folded.join('')}</li>`
        })
        return `<ul class="members">${items.join('')}</ul>\n`
      },
    },
  })
  return Html.trusted(
    (marked.parse(markdown, { async: false }) as string)
      .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
      .replaceAll('<th>', '<th scope="col">')
      .replaceAll('</table>', '</table></div>'),
  )
}

/** Between pages of HTML a reader stays with HTML. */
function toHtmlPage(href: string): string {
  return href.replace(/^(\/docs(?:\/[^#]*)?)\.md(?=#|$)/, '$1')
}

/** Whether a list has the fields of an object: each begins with its name and its type. */
function areFields({ items }: Tokens.List): boolean {
  return items.every(({ text }) => /^`[^`]+` \*[^*]/.test(text))
}

function isList(token: Token): boolean {
  return token.type === 'list'
}

/** The opening of what is folded away below a field. */
function fieldsOf(own: readonly Token[]): string {
  const [, name = ''] = /^`([^`]+)`/.exec(own[0]?.raw ?? '') ?? []
  return `<details><summary>Fields of ${escapeHtml(name)}</summary>`
}

/** The anchor of a heading, as GitHub makes it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

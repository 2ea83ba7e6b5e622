import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { Marked, type Tokens } from 'marked'
import { escapeHtml, Html } from '../html/html.ts'
import type { DocsPage } from './layout.ts'

const folder = new URL('../../docs/', import.meta.url)

/** A document of the folder `docs`: its file there, the path it is served at below `/docs/`, and its text. */
export type Document = { file: string; path: string; title: string; summary: string; markdown: string }

/** Reads every Markdown file of the folder. `README.md` is the page of its folder. */
export function readDocuments(): Document[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const markdown = readFileSync(new URL(file, folder), 'utf8')
      const [, title = file, rest = ''] = /^# (.+)\n+([\s\S]*)$/.exec(markdown) ?? []
      return { file, path: servedPath(file), title, summary: firstParagraph(rest), markdown }
    })
}

/** The page of a document. */
export function documentPage({ file, title, markdown }: Document): DocsPage {
  return { title, content: Html.trusted(renderMarkdown(markdown, posix.dirname(file))) }
}

/** `guides/errors.md` is served as `guides/errors`, and `guides/README.md` as `guides`. */
function servedPath(file: string): string {
  return file.replace(/(^|\/)README\.md$/, '').replace(/\.md$/, '')
}

function firstParagraph(text: string): string {
  const [paragraph = ''] = text.split(/\n\n/)
  return paragraph.replaceAll('\n', ' ').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
}

/** Renders our own Markdown. Raw HTML in it is shown as text, since no document needs any. */
function renderMarkdown(markdown: string, directory: string): string {
  const marked = new Marked({
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
      heading({ tokens, depth, text }: Tokens.Heading) {
        return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      link({ href, tokens }: Tokens.Link) {
        const [text, target] = [this.parser.parseInline(tokens), linkTo(href, directory)]
        return target === undefined ? text : `<a href="${escapeHtml(target)}">${text}</a>`
      },
      // A scrolling region has to be reachable without a mouse.
      code: ({ text }: Tokens.Code) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    },
  })
  return (marked.parse(markdown, { async: false }) as string)
    .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>')
}

/** A link between files becomes a link between pages. What lies outside the folder is not served, so it gets no link. */
function linkTo(href: string, directory: string): string | undefined {
  if (/^([a-z]+:|#)/.test(href)) return href
  const [file = '', anchor] = href.split('#', 2)
  const target = posix.join(directory, file)
  if (target.startsWith('..')) return target === '../openapi.json' ? '/openapi.json' : undefined
  return (
    ['/docs', servedPath(target)].filter((part) => part !== '').join('/') + (anchor === undefined ? '' : `#${anchor}`)
  )
}

/** The anchor of a heading, as GitHub makes it. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

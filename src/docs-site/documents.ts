import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { type DocsPage, markdownAddress } from './page.ts'

const folder = new URL('../../docs/', import.meta.url)

/** Reads every Markdown file of the folder `docs`. `README.md` is the page of its folder. */
export function readDocuments(): DocsPage[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const markdown = withServedLinks(readFileSync(new URL(file, folder), 'utf8'), posix.dirname(file))
      const [, title = file, rest = ''] = /^# (.+)\n+([\s\S]*)$/.exec(markdown) ?? []
      return { path: servedPath(file), title, summary: firstParagraph(rest), markdown }
    })
}

/** `guides/errors.md` is served as `guides/errors`, and `guides/README.md` as `guides`. */
export function servedPath(file: string): string {
  return file.replace(/(^|\/)README\.md$/, '').replace(/\.md$/, '')
}

function firstParagraph(text: string): string {
  const [paragraph = ''] = text.split(/\n\n/)
  return paragraph.replaceAll('\n', ' ').replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
}

/** The links between files, outside of code, as links between pages. */
function withServedLinks(markdown: string, directory: string): string {
  return markdown
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, index) => {
      if (index % 2 === 1) return part
      return part.replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_link, text: string, href: string) => {
        const target = linkTo(href, directory)
        return target === undefined ? text : `[${text}](${target})`
      })
    })
    .join('')
}

/** A link between files becomes a link between pages. What lies outside the folder is not served, so it gets no link. */
function linkTo(href: string, directory: string): string | undefined {
  if (/^([a-z]+:|#|\/)/.test(href)) return href
  const [file = '', anchor] = href.split('#', 2)
  const target = posix.join(directory, file)
  if (target.startsWith('..')) return target === '../openapi.json' ? '/openapi.json' : undefined
  return markdownAddress(servedPath(target)) + (anchor === undefined ? '' : `#${anchor}`)
}

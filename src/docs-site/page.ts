/**
 * A page of the documents, as Markdown: what it is served as at its address with `.md`, and what its HTML is made of. Its links are
 * absolute, and name the Markdown of other pages. The `path` is below `/docs/`; that of the index is empty.
 */
export type DocsPage = { path: string; title: string; summary: string; markdown: string }

/** The address of a page as Markdown: that of its HTML, with `.md`. */
export function markdownAddress(path: string): string {
  return `${htmlAddress(path)}.md`
}

/** The address of a page as HTML. */
export function htmlAddress(path: string): string {
  return path === '' ? '/docs' : `/docs/${path}`
}

/** The path of the page of a code, which the `type` of its problems names. */
export function errorPath(code: string): string {
  return `errors/${code.replaceAll('_', '-')}`
}

/** A sentence of the sources as Markdown: only what stands between backticks is more than text. */
export function prose(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `\`${part}\`` : escapeMarkdown(part)))
    .join('')
}

function escapeMarkdown(text: string): string {
  // An underscore between letters emphasises nothing.
  return text.replaceAll(/[\\*[<|]|(?<!\w)_|_(?!\w)/g, '\\$&')
}

/** A table of Markdown. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Text as it is typed or printed. */
export function codeBlock(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

/** JSON, indented. */
export function jsonBlock(value: unknown): string {
  return codeBlock('json', JSON.stringify(value, undefined, 2))
}

/** Parts of a page, with an empty line between them; those that are undefined are left out. */
export function partsOf(...parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part !== undefined && part !== '').join('\n\n')}\n`
}

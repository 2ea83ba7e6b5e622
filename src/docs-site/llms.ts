import { type DocsPage, markdownAddress } from './page.ts'

/** The sections, and which pages each has. The first that matches has the page; the last one is what can be left out. */
const sections: [title: string, path: RegExp][] = [
  ['Guides', /^(?:guides\/|$)/],
  ['Operations', /^reference\/[a-z]+[A-Z]/],
  ['Events', /^reference\/events\//],
  ['Reference', /^reference(?:\/|$)/],
  ['Errors', /^errors(?:\/|$)/],
  ['Optional', /./],
]

/** The index of all pages for language models. Source of the format: llmstxt.org. */
export function llmsText(pages: readonly DocsPage[]): string {
  const sectionOf = ({ path }: DocsPage) => sections.find(([, pattern]) => pattern.test(path))?.[0]
  const bySection = Map.groupBy(pages, sectionOf)
  const lines = sections.flatMap(([title]) => [
    `## ${title}`,
    '',
    ...(bySection.get(title) ?? []).map((page) => `- [${page.title}](${markdownAddress(page.path)}): ${page.summary}`),
    ...(title === 'Reference' ? ['- [OpenAPI 3.1](/openapi.json): every operation, schema and event of the API'] : []),
    '',
  ])
  return [
    '# Tallystick',
    '',
    '> Billing and bill presentment: keep what customers owe, show it, take the payment, apply it exactly once, tell your systems with a signed event.',
    '',
    'Every page is here as Markdown; without `.md` it is HTML.',
    '',
    ...lines,
  ].join('\n')
}

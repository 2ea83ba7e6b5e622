import type { Document } from './markdown.ts'

const sections = { guides: 'Guides', reference: 'Reference' } as const

/** The index of the documents for language models. Source of the format: llmstxt.org. */
export function llmsText(documents: readonly Document[]): string {
  const lines = Object.entries(sections).flatMap(([folder, title]) => [
    `## ${title}`,
    '',
    ...documents
      .filter(({ file }) => file.startsWith(`${folder}/`))
      .map(({ file, title: name, summary }) => `- [${name}](/docs/${file}): ${summary}`),
    ...(folder === 'reference' ? ['- [OpenAPI 3.1](/openapi.json): every operation, schema and event of the API'] : []),
    '',
  ])
  return [
    '# Tallystick',
    '',
    '> Billing and bill presentment: keep what customers owe, show it, take the payment, apply it exactly once, tell your systems with a signed event.',
    '',
    ...lines,
  ].join('\n')
}

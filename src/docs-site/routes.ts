import type { Router } from '../api/fastify.ts'
import { html } from '../html/html.ts'
import type { ApiDocument } from '../openapi/routes.ts'
import { errorPages } from './errors.ts'
import { type DocsPage, renderDocs, sendDocs } from './layout.ts'
import { llmsText } from './llms.ts'
import { documentPage, readDocuments } from './markdown.ts'
import { referencePages } from './reference.ts'

/** `/docs` and everything below it, and `/llms.txt`: the documents that come with the program. They need no key. */
export function docsRoutes(router: Router, document: ApiDocument): void {
  const docs = lazily(() => readDocuments())
  const pages = lazily(() => allPages(document, docs()))
  const rendered = new Map<string, string>()

  const pageAt = (path: string): string | undefined => {
    const page = pages().get(path)
    if (page === undefined) return undefined
    const known = rendered.get(path) ?? renderDocs(page())
    rendered.set(path, known)
    return known
  }

  router.get('/docs', async (_request, reply) => sendDocs(reply, pageAt('') ?? ''))
  router.get<{ Params: { '*': string } }>('/docs/*', async ({ params: { '*': path } }, reply) => {
    const twin = path.endsWith('.md') ? docs().find(({ file }) => file === path) : undefined
    if (twin) return reply.header('content-type', 'text/markdown; charset=utf-8').send(twin.markdown)
    const found = pageAt(path.replace(/\/$/, ''))
    return found === undefined ? sendDocs(reply, renderDocs(notFound), 404) : sendDocs(reply, found)
  })
  router.get('/llms.txt', async (_request, reply) =>
    reply.header('content-type', 'text/plain; charset=utf-8').send(llmsText(docs())),
  )
}

/** Pages by their path below `/docs/`. A generated page replaces a document at the same path, since it shows more. */
function allPages(document: ApiDocument, docs: ReturnType<typeof readDocuments>): Map<string, () => DocsPage> {
  return new Map([
    ...docs.map((one): [string, () => DocsPage] => [one.path, () => documentPage(one)]),
    ...errorPages(),
    ...referencePages(document.read()),
  ])
}

const notFound: DocsPage = {
  title: 'Not found',
  content: html`<h1>There is no such page</h1><p>Start from <a href="/docs">the index of the documents</a> or <a href="/docs/reference">the API reference</a>.</p>`,
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

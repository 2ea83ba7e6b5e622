import type { Router } from '../api/fastify.ts'
import { type FixedAnswer, fixedAnswer, sendFixed } from '../api/fixed-answer.ts'
import { html } from '../html/html.ts'
import type { ApiDocument } from '../openapi/routes.ts'
import { errorPages } from './errors.ts'
import { type DocsPage, renderDocs, sendDocs } from './layout.ts'
import { llmsText } from './llms.ts'
import { documentPage, readDocuments } from './markdown.ts'
import { referencePages } from './reference.ts'

/** `/docs` and everything below it, and `/llms.txt`: the documents that come with the program. They need no key. Each is made once. */
export function docsRoutes(router: Router, document: ApiDocument): void {
  const docs = lazily(() => readDocuments())
  const pages = lazily(() => allPages(document, docs()))
  const known = new Map<string, FixedAnswer>()

  const page = (path: string): FixedAnswer | undefined => {
    const make = pages().get(path)
    return make && made(path, () => fixedAnswer('text/html', renderDocs(make())))
  }
  const twin = (path: string): FixedAnswer | undefined => {
    const found = path.endsWith('.md') ? docs().find(({ file }) => file === path) : undefined
    return found && made(path, () => fixedAnswer('text/markdown', found.markdown))
  }
  // Only what is there is kept, so a stranger's addresses fill nothing.
  function made(path: string, make: () => FixedAnswer): FixedAnswer {
    const answer = known.get(path) ?? make()
    known.set(path, answer)
    return answer
  }
  const missing = lazily(() => fixedAnswer('text/html', renderDocs(notFound)))
  const llms = lazily(() => fixedAnswer('text/plain', llmsText(docs())))

  router.get('/docs', async (request, reply) => sendDocs(request, reply, page('') ?? missing()))
  router.get<{ Params: { '*': string } }>('/docs/*', async (request, reply) => {
    const { '*': path } = request.params
    const markdown = twin(path)
    if (markdown) return sendFixed(request, reply, markdown)
    const found = page(path.replace(/\/$/, ''))
    return found ? sendDocs(request, reply, found) : sendDocs(request, reply, missing(), 404)
  })
  router.get('/llms.txt', async (request, reply) => sendFixed(request, reply, llms()))
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

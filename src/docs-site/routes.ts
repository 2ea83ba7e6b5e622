import type { FastifyReply, FastifyRequest, Router } from '../api/fastify.ts'
import { type FixedAnswer, fixedAnswer, sendFixed } from '../api/fixed-answer.ts'
import type { ApiDocument } from '../openapi/routes.ts'
import { readDocuments, servedPath } from './documents.ts'
import { errorPages } from './errors.ts'
import { renderDocs, sendDocs } from './layout.ts'
import { llmsText } from './llms.ts'
import type { DocsPage } from './page.ts'
import { prefersMarkdown } from './prefers-markdown.ts'
import { referencePages } from './reference.ts'

/** A page as it is sent, in either form. */
type ServedPage = { html(): FixedAnswer; markdown(): FixedAnswer }

/**
 * `/docs` and everything below it, and `/llms.txt`: the documents that come with the program. They need no key. Each page is HTML, and
 * Markdown at the same address with `.md` or for whoever accepts it. Each is made once, when it is first asked for: all of them at the
 * start would make it a third longer.
 */
export function docsRoutes(router: Router, document: ApiDocument): void {
  const pages = lazily(() => allPages(document))
  const served = lazily(() => new Map([...pages()].map(([path, page]) => [path, servedPage(page, true)])))
  const missing = servedPage(notFound, false)
  const llms = lazily(() => fixedAnswer('text/plain', llmsText([...pages().values()])))

  const send = (request: FastifyRequest, reply: FastifyReply, path: string) => {
    const page = served().get(servedPath(path.replace(/\/$/, '')))
    const { html, markdown } = page ?? missing
    const status = page ? 200 : 404
    if (path.endsWith('.md')) return sendDocs(request, reply, markdown(), status)
    reply.header('vary', 'Accept')
    return sendDocs(request, reply, prefersMarkdown(request.headers.accept) ? markdown() : html(), status)
  }
  router.get('/docs', async (request, reply) => send(request, reply, ''))
  router.get('/docs.md', async (request, reply) => send(request, reply, 'README.md'))
  router.get<{ Params: { '*': string } }>('/docs/*', async (request, reply) =>
    send(request, reply, request.params['*']),
  )
  router.get('/llms.txt', async (request, reply) => sendFixed(request, reply, llms()))
}

/** Every page, by its path. A generated page replaces a document at the same path, since it shows more. */
function allPages(document: ApiDocument): Map<string, DocsPage> {
  const pages = [...readDocuments(), ...errorPages(), ...referencePages(document.read())]
  return new Map(pages.map((page) => [page.path, page]))
}

/** `twin` is whether the Markdown has an address of its own. */
function servedPage(page: DocsPage, twin: boolean): ServedPage {
  return {
    html: lazily(() => fixedAnswer('text/html', renderDocs(page, twin))),
    markdown: lazily(() => fixedAnswer('text/markdown', page.markdown)),
  }
}

const notFound: DocsPage = {
  path: '',
  title: 'Not found',
  summary: '',
  markdown:
    '# There is no such page\n\nStart from [the index of the documents](/docs.md) or [the API reference](/docs/reference.md).\n',
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

import type { Router } from '../api/fastify.ts'
import type { Operation } from '../api/route.ts'
import { buildDocument } from './document.ts'
import type { Json } from './json-schema.ts'

/** The OpenAPI document of a server, made once, when it is first asked for. */
export type ApiDocument = { read(): Json }

/** Collects the operations among the routes that are added to the router and its children from now on. */
export function describeOperations(router: Router): ApiDocument {
  const operations: Operation[] = []
  router.addHook('onRoute', ({ config, method }) => {
    // Fastify adds a HEAD to every GET; the document describes the GET.
    if (config?.operation && method !== 'HEAD') operations.push(config.operation)
  })
  let document: Json | undefined
  return {
    read() {
      document ??= buildDocument(operations)
      return document
    },
  }
}

/** The document as it is committed and served. */
export function renderDocument(document: ApiDocument): string {
  return `${JSON.stringify(document.read(), undefined, 2)}\n`
}

/** `GET /openapi.json`, without a key: it describes the program, not its data. */
export function openapiRoute(router: Router, document: ApiDocument): void {
  let body: string | undefined
  router.get('/openapi.json', async (_request, reply) => {
    body ??= renderDocument(document)
    return reply.header('content-type', 'application/json; charset=utf-8').send(body)
  })
}

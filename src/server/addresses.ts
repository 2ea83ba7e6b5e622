import { sendOptions } from '../api/cross-origin.ts'
import type { FastifyReply, FastifyRequest, Router } from '../api/fastify.ts'
import { requestPath } from '../api/problems.ts'
import { spareSlashProblem, withoutSpareSlashes } from '../api/spare-slashes.ts'
import { Problem } from '../core/problem.ts'

/** The addresses that the server has, and what is answered where there is none. */
export type Addresses = {
  /** Answers a request that no route takes: OPTIONS with the methods of the address, anything else with a problem. */
  answer(request: FastifyRequest, reply: FastifyReply, refuse: (problem: Problem) => FastifyReply): FastifyReply
  /** Whether no address begins as this path does, so that it can hardly be a call of the API that was misspelt. */
  isFar(path: string): boolean
}

/** `open_to` is the method that a page of another site may call. */
type Address = { expression: RegExp; methods: Set<string>; open_to?: string }

/** Collects the addresses of the routes that are added to the router and its children from now on. */
export function collectAddresses(router: Router): Addresses {
  const known = new Map<string, Address>()
  router.addHook('onRoute', ({ url, method, config }) => {
    const address = known.get(url) ?? { expression: expressionOf(url), methods: new Set() }
    known.set(url, address)
    for (const one of [method].flat()) address.methods.add(one)
    if (config?.operation?.public_body) address.open_to = config.operation.method
  })
  return {
    answer(request, reply, refuse) {
      const path = requestPath(request)
      const methods = methodsAt(known, path)
      if (methods.length === 0) return refuse(nothingAt(known, request.method, path))
      reply.headers({ allow: methods.join(', '), 'cache-control': 'no-store' })
      if (request.method === 'OPTIONS') return sendOptions(reply, openMethodAt(known, path))
      return refuse(notAllowed(request.method, path, methods))
    },
    isFar: (path) => ![...known.keys()].some((url) => url.split('/')[1] === path.split('/')[1]),
  }
}

function expressionOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*)/).map((part) => {
    if (part === '*') return '.*'
    return part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** The method that a page of another site may call at an address. */
function openMethodAt(known: ReadonlyMap<string, Address>, path: string): string | undefined {
  return [...known.values()].find(({ expression }) => expression.test(path))?.open_to
}

/** The methods that an address takes, OPTIONS among them; none where there is no such address. */
function methodsAt(known: ReadonlyMap<string, Address>, path: string): string[] {
  const methods = new Set<string>()
  for (const address of known.values()) {
    if (address.expression.test(path)) for (const method of address.methods) methods.add(method)
  }
  return methods.size === 0 ? [] : [...methods.add('OPTIONS')].sort()
}

function nothingAt(known: ReadonlyMap<string, Address>, method: string, path: string): Problem {
  const meant = withoutSpareSlashes(path)
  if (meant !== path && methodsAt(known, meant).length > 0) return spareSlashProblem(method, path)
  return new Problem(
    'not_found',
    `There is nothing at ${method} ${path}. The operations are listed at /docs/reference.`,
  )
}

function notAllowed(method: string, path: string, allow: string[]): Problem {
  const detail =
    method === 'PUT' && allow.includes('PATCH')
      ? 'Send it with PATCH, which changes only the fields that are sent.'
      : `Use ${allow.slice(0, -1).join(', ')} or ${allow.at(-1)}.`
  return new Problem('method_not_allowed', `${method} is not allowed at ${path}. ${detail}`)
}

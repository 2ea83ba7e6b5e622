import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../context.ts'
import { Problem, problemBody } from '../core/problem.ts'
import { newRequestId } from '../core/request-id.ts'

type App = Pick<AppContext, 'publicUrl'>
type ClientError = Error & { code?: string; rawPacket?: unknown }

// The client has this long to read the refusal before what it still sends resets the connection.
const lingerMs = 1_000

// What comes after the fault is refused by the parser piece by piece.
const refused = new WeakSet<Duplex>()

/**
 * Refuses, as a problem, what Node's parser cannot read or did not get in time, and closes the connection. An earlier request that
 * waits for its response gets that instead: the refusal would be taken for it.
 */
export function refuseClient(app: App, error: ClientError, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || refused.has(socket)) return
  refused.add(socket)
  const current = (socket as { _httpMessage?: ServerResponse })._httpMessage
  if (current && (current.headersSent || current.req.complete)) current.once('close', () => socket.destroy())
  else endWith(app, socket, problemOf(error))
}

function problemOf({ code = '', rawPacket }: ClientError): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request_timeout', 'The request was not there after 30 seconds. Nothing was done.')
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers_too_large', 'The address and the headers have more than 16 KiB. Nothing was done.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('body_too_large', 'The extensions of a chunk have more than 16 KiB. Nothing was done.')
    case 'HPE_INVALID_METHOD': {
      const text = rawPacket instanceof Buffer ? rawPacket.subarray(0, 30).toString('latin1') : ''
      const [, method] = /^([!-~]{1,20}) \S/.exec(text) ?? []
      if (method !== undefined) {
        return new Problem('unknown_method', `${method} is not known. Use GET, POST, PATCH or DELETE, in upper case.`)
      }
      break
    }
  }
  // The code of the parser names what it did not understand: HPE_INVALID_CONTENT_LENGTH.
  const what = code.replace(/^HPE_/, '').replaceAll('_', ' ').toLowerCase()
  return new Problem('malformed_http', `The request is not valid HTTP/1.1 (${what}). Nothing was done.`)
}

function endWith(app: App, socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problemBody(problem, app.publicUrl(), ''))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `request-id: ${newRequestId()}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

/** Refuses what Node would answer by itself, before there is a request: an expectation that it does not know, and a tunnel. */
export function refuseExpectations(app: App, { server }: Pick<FastifyInstance, 'server'>): void {
  server.on('checkExpectation', (request: IncomingMessage) => {
    endWith(app, request.socket, new Problem('expectation_failed', 'Send no Expect header, or Expect: 100-continue.'))
  })
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    endWith(app, socket, new Problem('unknown_method', 'CONNECT is not known: this server is no proxy.'))
  })
}

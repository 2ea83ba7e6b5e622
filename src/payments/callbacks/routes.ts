import type { Router } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import { readCallbackToken } from '../processor/callback-token.ts'
import { CallbackRefused } from '../processor/fault.ts'
import type { Processor, Wake } from '../processor/processor.ts'
import { processorNamed } from '../processor/registry.ts'
import { findModeOf, insertCallback } from './store.ts'

// Both are kept as they are: what no processor would send is not taken for one of its ids.
const isId = (text: string) => /^[\x21-\x7e]{1,255}$/.test(text)

/**
 * `POST /processors/{processor}/callbacks/{token}`: a processor says that something has happened. It is authenticated by its bytes,
 * written once, and answered at once; the job `look-into-callbacks` asks the processor what it was. So a kill loses none.
 */
export function callbackRoutes(router: Router, app: AppContext): void {
  type Called = { Params: { processor: string; token: string } }
  router.post<Called>('/processors/:processor/callbacks/:token', async (request, reply) => {
    const { processor: name, token } = request.params
    const environment_id = readCallbackToken(app.vault, name, token)
    const processor = environment_id === undefined ? undefined : await findProcessor(app, environment_id, name)
    if (environment_id === undefined || !processor?.wake) throw new Problem('not_found', 'No processor calls here.')
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const wakes = authenticated(processor, body, request.headers)
    for (const wake of wakes.filter(({ event_id, reference }) => isId(event_id) && isId(reference))) {
      await insertCallback(app.pool, { environment_id, processor: name }, wake, app.clock.now())
    }
    return reply.header('cache-control', 'no-store').code(200).send({})
  })
}

async function findProcessor(app: AppContext, id: number, name: string): Promise<Processor | undefined> {
  const mode = await findModeOf(app.pool, id)
  return mode && processorNamed(app, { id, mode }, name)
}

function authenticated(processor: Processor, body: Buffer, headers: Readonly<Record<string, unknown>>): Wake[] {
  try {
    return processor.wake?.(body, headers) ?? []
  } catch (error) {
    if (!(error instanceof CallbackRefused)) throw error
    throw new Problem('callback_refused', 'Its signature is missing, too old, or of another secret.')
  }
}

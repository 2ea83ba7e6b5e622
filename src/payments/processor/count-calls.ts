import type { AppContext } from '../../context.ts'
import { inSpan, noteStatus } from '../../tracing/span.ts'

type App = Pick<AppContext, 'clock' | 'processorClient'>

/** The client of one processor, whose calls are counted under its name, and are spans. */
export function countCalls({ clock, processorClient }: App, processor: string): App['processorClient'] {
  const { figures, fetch } = processorClient
  if (figures === undefined) return processorClient
  const counted: typeof fetch = async (...call) => {
    const began_ms = performance.now()
    let status: number | undefined
    try {
      const response = await inCall(processor, call[1]?.method, () => fetch(...call))
      status = response.status
      return response
    } finally {
      figures.observe(processor, status, performance.now() - began_ms, clock.now())
    }
  }
  return { ...processorClient, fetch: counted }
}

/** The span of a call. Not where it goes to: the path has what the processor calls a payer's payment. */
function inCall(processor: string, method = 'GET', call: () => Promise<Response>): Promise<Response> {
  const begin = () => ({
    name: `${method} ${processor}`,
    calls_out: true,
    attributes: { 'http.request.method': method, 'tallystick.processor': processor },
  })
  return inSpan(begin, async (span) => {
    const response = await call()
    noteStatus(span, response.status)
    return response
  })
}

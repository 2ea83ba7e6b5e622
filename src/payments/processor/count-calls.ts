import type { AppContext } from '../../context.ts'

type App = Pick<AppContext, 'clock' | 'processorClient'>

/** The client of one processor, whose calls are counted under its name. */
export function countCalls({ clock, processorClient }: App, processor: string): App['processorClient'] {
  const { figures, fetch } = processorClient
  if (figures === undefined) return processorClient
  const counted: typeof fetch = async (...call) => {
    const began_ms = performance.now()
    let status: number | undefined
    try {
      const response = await fetch(...call)
      status = response.status
      return response
    } finally {
      figures.observe(processor, status, performance.now() - began_ms, clock.now())
    }
  }
  return { ...processorClient, fetch: counted }
}

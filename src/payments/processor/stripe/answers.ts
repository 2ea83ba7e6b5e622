/**
 * A `fetch` whose answers the SDK reads as what they are. It takes an object without `error` for a success whatever its status, such as
 * the `{}` of a gateway with a 502, and breaks on JSON that is no object. The body of an answer that is not Stripe's is replaced by one
 * that the SDK understands; status and headers stay.
 */
export function readableAnswers(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const text = await response.text()
    const body = objectOf(text)
    const isStripes = response.ok ? body !== undefined : typeof body?.error === 'object' && body.error !== null
    const { status, headers } = response
    // Nothing about a success can be read out of it; a failure is one of a kind that has no name.
    const other = response.ok ? 'unreadable' : '{"error":{"type":"api_error"}}'
    return new Response(isStripes ? text : other, { status, headers: [...headers] })
  }
}

function objectOf(text: string): { error?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

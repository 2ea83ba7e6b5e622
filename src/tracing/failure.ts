import { type Span, SpanStatusCode } from '@opentelemetry/api'

/**
 * Marks a span as failed by a short word: a status, the code or the class of an error. Never by its message, which may hold what somebody
 * has typed.
 */
export function failSpan(span: Span | undefined, why: unknown): void {
  span
    ?.setStatus({ code: SpanStatusCode.ERROR })
    .setAttribute('error.type', typeof why === 'string' ? why : wordOf(why))
}

function wordOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.name
}

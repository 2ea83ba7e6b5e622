import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api'

/** A span as `traceparent` names it (W3C Trace Context, version 00): 55 characters. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`
}

const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** The span that a text of `formatTraceparent` names; undefined for anything else. */
export function readTraceparent(text: string): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = form.exec(text) ?? []
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
  return isSpanContextValid(span) ? span : undefined
}

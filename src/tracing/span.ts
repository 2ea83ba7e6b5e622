import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { failSpan } from './failure.ts'
import { formatTraceparent, readTraceparent } from './traceparent.ts'
import { findTracer } from './tracer.ts'

export type { SpanContext }

/** How a span begins. Its attributes are ids of ours and words of a bounded number, never what somebody has typed. */
export type NewSpan = {
  name: string
  /** Whether it waits for somebody outside. */
  calls_out?: boolean
  attributes?: Attributes
  /** The spans that made it: it begins a trace of its own. Without them it belongs to the active span. */
  links?: readonly SpanContext[]
}

/** Does something in a span, which is given to it; without a tracer in none, and then nobody asks how it would have begun. */
export async function inSpan<T>(begin: () => NewSpan, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  const tracer = findTracer()
  if (tracer === undefined) return work(undefined)
  const { name, calls_out = false, attributes = {}, links } = begin()
  const parent = links === undefined ? here() : ROOT_CONTEXT
  const span = tracer.startSpan(
    name,
    {
      kind: calls_out ? SpanKind.CLIENT : SpanKind.INTERNAL,
      attributes,
      links: (links ?? []).filter(isRecorded).map((linked) => ({ context: linked })),
    },
    parent,
  )
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span))
  } catch (error) {
    failSpan(span, error)
    throw error
  } finally {
    span.end()
  }
}

/** Notes the answer to a call; from 400 on it has failed. */
export function noteStatus(span: Span | undefined, status: number): void {
  span?.setAttribute('http.response.status_code', status)
  if (status >= 400) failSpan(span, String(status))
}

/** The span in which this is asked for, recorded or not; undefined where nobody traces. */
export function activeSpan(): SpanContext | undefined {
  if (findTracer() === undefined) return undefined
  const span = trace.getSpan(here())?.spanContext()
  return span && isSpanContextValid(span) ? span : undefined
}

/** Does something for the span in which it was asked for, such as that of one request of a batch. */
export function withSpan<T>(span: SpanContext | undefined, work: () => T): T {
  return span === undefined ? work() : context.with(trace.setSpanContext(ROOT_CONTEXT, span), work)
}

/** Begins what goes on by itself and belongs to no request, whoever wakes it. */
export function apart<T>(work: () => T): T {
  return findTracer() === undefined ? work() : context.with(ROOT_CONTEXT, work)
}

/** What is kept with an event: the active span; null where it is not recorded. */
export function traceparentNow(): string | null {
  const span = activeSpan()
  return span !== undefined && isRecorded(span) ? formatTraceparent(span) : null
}

/** What was kept with an event, as links. */
export function linksTo(traceparent: string | null): SpanContext[] {
  const span = traceparent === null ? undefined : readTraceparent(traceparent)
  return span === undefined ? [] : [span]
}

/** The header by which whoever is called can go on with the trace; none without a tracer. */
export function traceHeaders(span: Span | undefined): { traceparent?: string } {
  const started = span?.spanContext()
  return started && isSpanContextValid(started) ? { traceparent: formatTraceparent(started) } : {}
}

function isRecorded({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0
}

/** A run of a job. Its span is made when it is needed. */
type Run = { name: string; began_ms: number; span: Span | undefined; ended: boolean }

const runKey = createContextKey('tallystick: the run of a job')

// Twenty jobs look every second or so and mostly find nothing. A span for each look would be all that anybody sees.
const shownFrom_ms = 1_000

/** Runs a job. It has a span if it does something that has a span or writes an event, if it fails, or if it takes a second. */
export async function inRun(name: string, work: () => Promise<void>): Promise<void> {
  if (findTracer() === undefined) return work()
  const run: Run = { name, began_ms: Date.now(), span: undefined, ended: false }
  try {
    await context.with(ROOT_CONTEXT.setValue(runKey, run), work)
  } catch (error) {
    failSpan(spanOf(run), error)
    throw error
  } finally {
    if (Date.now() - run.began_ms >= shownFrom_ms) spanOf(run)
    run.ended = true
    run.span?.end()
  }
}

/** Where a new span belongs: below the active one, or below that of the run. */
function here(): Context {
  const active = context.active()
  const run = active.getValue(runKey) as Run | undefined
  if (run === undefined || run.ended || trace.getSpan(active) !== undefined) return active
  const span = spanOf(run)
  return span === undefined ? active : trace.setSpan(active, span)
}

function spanOf(run: Run): Span | undefined {
  run.span ??= findTracer()?.startSpan(`job ${run.name}`, { startTime: run.began_ms }, ROOT_CONTEXT)
  return run.span
}

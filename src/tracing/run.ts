import { type Context, context, createContextKey, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { failSpan } from './failure.ts'
import { findTracer } from './tracer.ts'

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
export function here(): Context {
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

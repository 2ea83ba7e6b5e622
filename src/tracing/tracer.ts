import { type ProxyTracerProvider, type Tracer, trace } from '@opentelemetry/api'
import { version } from '../core/version.ts'

let known: Tracer | undefined

/** What makes spans; undefined where the operator has loaded no SDK: then nothing is made, and nothing is kept with events. */
export function findTracer(): Tracer | undefined {
  // The provider of the API itself hands on to that of an SDK, and is asked for what it hands on to: its own tracers do nothing.
  known ??= (trace.getTracerProvider() as ProxyTracerProvider).getDelegateTracer?.('tallystick', version)
  return known
}

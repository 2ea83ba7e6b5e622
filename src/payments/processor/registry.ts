import type { AppContext, RequestEnvironment } from '../../context.ts'
import type { Processor } from './processor.ts'
import { simulator } from './simulator/simulator.ts'

/**
 * The processor that takes payments in an environment; `undefined` where none is set up. The simulator never serves a
 * live environment.
 */
export function processorFor(
  app: Pick<AppContext, 'pool' | 'clock' | 'vault' | 'publicUrl'>,
  environment: Pick<RequestEnvironment, 'id' | 'mode'>,
): Processor | undefined {
  return environment.mode === 'test' ? simulator(app, environment.id) : undefined
}

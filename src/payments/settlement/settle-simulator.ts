import type { AppContext, RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { Problem } from '../../core/problem.ts'
import type { SettlementRow } from '../../ledger/settlements/settlement-row.ts'
import { findKind } from '../processor/kinds.ts'
import { testSimulator } from '../processor/registry.ts'
import { cutOffSimulator } from '../processor/simulator/settlement.ts'
import { readSettlements } from './read.ts'
import { addReaders, findReader, listMadeAt } from './store.ts'

/** Has the simulator settle now, and reads what it has made. Throws `not_found` where there is no simulator. */
export async function settleSimulator(app: AppContext, context: RequestContext): Promise<SettlementRow[]> {
  const { environment, actor, request_id, now } = context
  const simulator = testSimulator(app, environment)
  if (!simulator) throw new Problem('not_found', 'There are test settlements only in a test environment.')
  await cutOffSimulator(app.pool, environment.id, now)
  const kind = required(findKind(simulator.name, environment.mode), 'the simulator is a kind of processor')
  await addReaders(app.pool, simulator.name, kind, now)
  const owner = { environment_id: environment.id, processor: simulator.name }
  const reader = required(await findReader(app.pool, owner), 'a reader that was added is there')
  await readSettlements(app, reader, { actor, request_id })
  return listMadeAt(app.pool, owner, now)
}

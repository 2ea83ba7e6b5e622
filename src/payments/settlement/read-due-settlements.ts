import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { isDatabaseUnavailable, isTemporary } from '../../database/availability.ts'
import { findKind, processorNames } from '../processor/kinds.ts'
import { readSettlements, type SettlementApp } from './read.ts'
import { addReaders, claimReader, noteReader, type Reader } from './store.ts'

type App = SettlementApp & Pick<AppContext, 'outage'>

const minuteMs = 60_000
const backOffMaxMs = 6 * 60 * minuteMs

/**
 * Reads the settlements of every processor that tells of them, each hourly and by one job at a time. One that cannot be asked is asked
 * again at doubling intervals of up to six hours, and holds up no other. Returns when it is told to stop.
 */
export async function readDueSettlements(app: App, stopping?: AbortSignal): Promise<void> {
  const now = app.clock.now()
  for (const name of processorNames) {
    const kind = findKind(name, 'test') ?? findKind(name, 'live')
    if (kind?.terms.capabilities.settlements) await addReaders(app.pool, name, kind, now)
  }
  while (!stopping?.aborted) {
    const reader = await claimReader(app.pool, app.clock.now())
    if (!reader) return
    await readOne(app, reader, stopping)
  }
}

async function readOne(app: App, reader: Reader, stopping?: AbortSignal): Promise<void> {
  const { environment_id, processor, failures } = reader
  try {
    const cause = { request_id: newRequestId(), actor: 'job:read-settlements' } as const
    const read = await readSettlements(app, reader, cause, stopping)
    if (!read) return
    const soon = read.has_more ? { next_read_at: new Date(app.clock.now().getTime() + minuteMs) } : {}
    await noteReader(app.pool, reader, { read_until: read.read_until, failures: 0, ...soon })
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    if (isTemporary(error)) app.outage.failed(error)
    else app.log.error({ err: error, environment_id, processor }, 'settlements could not be read')
    const wait_ms = Math.min(5 * minuteMs * 2 ** failures, backOffMaxMs)
    const next_read_at = new Date(app.clock.now().getTime() + wait_ms)
    await noteReader(app.pool, reader, { failures: Math.min(failures + 1, 20), next_read_at })
  }
}

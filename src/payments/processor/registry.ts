import type { Vault } from '../../core/secret.ts'
import type { Queryable } from '../../database/pool.ts'
import { findKind, type ProcessorApp, processorNames, type Secrets, type Served } from './kinds.ts'
import { type CaptureMethod, type ChargeRange, type Processor, takes } from './processor.ts'
import { simulator } from './simulator/simulator.ts'
import { listProcessorRows, type ProcessorRow } from './store.ts'

/**
 * The processors that take payments in an environment, in the order in which they are offered, each within the limits that the
 * merchant set. The simulator serves a test environment unless it is switched off, and never a live one.
 */
export async function processorsFor(
  app: ProcessorApp,
  environment: Served,
  database: Queryable = app.pool,
): Promise<Processor[]> {
  const rows = await listProcessorRows(database, environment.id)
  const switchedOn = processorNames
    .map((name) => rows.find(({ processor }) => processor === name) ?? untouched(name, environment))
    .filter((row): row is ProcessorRow => row?.enabled === true)
    .sort((one, other) => one.position - other.position)
  return Promise.all(switchedOn.map((row) => openProcessor(app, environment, row))).then((all) =>
    all.filter((one): one is Processor => one !== undefined),
  )
}

/**
 * The processor of a payment that was begun, also when it is switched off by now; undefined when its keys were deleted. Inside a transaction its
 * connection is the one to read with.
 */
export async function processorNamed(
  app: ProcessorApp,
  environment: Served,
  name: string,
  database: Queryable = app.pool,
): Promise<Processor | undefined> {
  if (name === 'simulator') return testSimulator(app, environment)
  const row = (await listProcessorRows(database, environment.id)).find(({ processor }) => processor === name)
  return row && openProcessor(app, environment, row)
}

/** The simulator of a test environment, which plays payments for tests whether payers are offered it or not. */
export function testSimulator(app: ProcessorApp, { id, mode }: Served): Processor | undefined {
  return mode === 'test' ? simulator(app, id) : undefined
}

/** Those of the processors that take an amount. */
export function offeredFor(processors: readonly Processor[], amount: bigint, currency: string): Processor[] {
  return processors.filter((processor) => takes(processor, amount, currency))
}

/** Those of the processors that can capture as a session wants. */
export function thatCapture(
  processors: readonly Processor[],
  { capture_method }: { capture_method: CaptureMethod },
): Processor[] {
  return processors.filter(({ capabilities }) => capture_method === 'automatic' || capabilities.capture !== 'none')
}

/** The origins that the forms of a page may lead to, where these processors are offered. */
export function pageOriginsOf(processors: readonly Processor[]): string[] {
  return [...new Set(processors.flatMap(({ page_origins }) => page_origins))]
}

/** A processor as it is before anybody sets it up. */
export function untouched(name: string, { mode }: Pick<Served, 'mode'>): ProcessorRow | undefined {
  const kind = findKind(name, mode)
  if (!kind) return undefined
  return {
    processor: name,
    enabled: kind.is_default,
    position: kind.is_default ? 1 : 0,
    secrets: null,
    currencies: null,
    minimum: {},
    maximum: {},
    version: 0n,
  }
}

/** The secrets of a processor. */
export function readSecrets(vault: Vault, { secrets }: Pick<ProcessorRow, 'secrets'>): Secrets {
  return secrets === null ? {} : (JSON.parse(vault.decrypt(secrets)) as Secrets)
}

async function openProcessor(
  app: ProcessorApp,
  environment: Served,
  row: ProcessorRow,
): Promise<Processor | undefined> {
  const kind = findKind(row.processor, environment.mode)
  if (!kind) return undefined
  const processor = await kind.open(app, environment, readSecrets(app.vault, row))
  return { ...processor, limits: narrowed(processor.limits, row) }
}

function narrowed(limits: Processor['limits'], { currencies, minimum, maximum }: ProcessorRow): Processor['limits'] {
  const kept = [...limits].filter(([currency]) => currencies === null || currencies.includes(currency))
  return new Map(kept.map(([currency, range]) => [currency, within(range, minimum[currency], maximum[currency])]))
}

function within(range: ChargeRange, least: number | undefined, most: number | undefined): ChargeRange {
  const minimum = least !== undefined && BigInt(least) > range.minimum ? BigInt(least) : range.minimum
  const maximum = most !== undefined && BigInt(most) < range.maximum ? BigInt(most) : range.maximum
  return { ...range, minimum, maximum }
}

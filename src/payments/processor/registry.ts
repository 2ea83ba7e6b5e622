import type { Vault } from '../../core/secret.ts'
import type { Queryable } from '../../database/pool.ts'
import { type BankTransfer, bankTransferTerms, isBankTransfer, type Way } from './bank-transfer/bank-transfer.ts'
import { countCalls } from './count-calls.ts'
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
  return (await waysFor(app, environment, database)).filter((way): way is Processor => !isBankTransfer(way))
}

/** All ways to pay that payers are offered: the processors and, where that is set up, bank transfer among them. */
export async function waysFor(app: ProcessorApp, environment: Served, database: Queryable = app.pool): Promise<Way[]> {
  const rows = await listProcessorRows(database, environment.id)
  const switchedOn = processorNames
    .map((name) => rows.find(({ processor }) => processor === name) ?? untouched(name, environment))
    .filter((row): row is ProcessorRow => row?.enabled === true)
    .sort((one, other) => one.position - other.position)
  const opened = await Promise.all(
    switchedOn.map((row) => openBankTransfer(row) ?? openProcessor(app, environment, row)),
  )
  return opened.filter((one) => one !== undefined)
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

/** Bank transfer as it is set up, whether it is offered or not; undefined when there is no account to transfer to. */
export async function bankTransferOf(
  { pool }: Pick<ProcessorApp, 'pool'>,
  { id }: Pick<Served, 'id'>,
): Promise<(BankTransfer & { enabled: boolean }) | undefined> {
  const row = (await listProcessorRows(pool, id)).find(({ processor }) => processor === 'bank_transfer')
  const opened = row && openBankTransfer(row)
  return opened && { ...opened, enabled: row.enabled }
}

/** Those of the ways to pay that can capture as a session wants. */
export function thatCapture<One extends Way>(
  ways: readonly One[],
  { capture_method }: { capture_method: CaptureMethod },
): One[] {
  const captures = (way: Way) => !isBankTransfer(way) && way.capabilities.capture !== 'none'
  return ways.filter((way) => capture_method === 'automatic' || captures(way))
}

/** Those of the ways to pay that take an amount. */
export function offeredFor<One extends Way>(ways: readonly One[], amount: bigint, currency: string): One[] {
  return ways.filter((way) => takes(way, amount, currency))
}

/** The origins that the forms of a page may lead to, where these ways to pay are offered. */
export function pageOriginsOf(ways: readonly Way[]): string[] {
  return [...new Set(ways.flatMap((way) => (isBankTransfer(way) ? [] : way.page_origins)))]
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
    bank_account: null,
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
  if (kind?.way !== 'charge') return undefined
  const counted = { ...app, processorClient: countCalls(app, row.processor) }
  const processor = await kind.open(counted, environment, readSecrets(app.vault, row))
  return { ...processor, limits: narrowed(processor.limits, row) }
}

function openBankTransfer(row: ProcessorRow): BankTransfer | undefined {
  if (row.processor !== 'bank_transfer' || row.bank_account === null) return undefined
  return { name: row.processor, limits: narrowed(bankTransferTerms.limits, row), account: row.bank_account }
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

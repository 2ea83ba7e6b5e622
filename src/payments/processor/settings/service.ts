import type { z } from 'zod'
import { checkIfMatch, etagOf } from '../../../api/etag.ts'
import { recordChange } from '../../../audit/record.ts'
import { differenceOf, goneWith } from '../../../audit/values.ts'
import type { RequestContext } from '../../../context.ts'
import { required } from '../../../core/assert.ts'
import { fieldProblem, Problem } from '../../../core/problem.ts'
import type { Connection, Queryable } from '../../../database/pool.ts'
import { callbackToken } from '../callback-token.ts'
import { ProcessorFault } from '../fault.ts'
import {
  findKind,
  type NoticeKind,
  type ProcessorApp,
  type ProcessorKind,
  type ProcessorName,
  processorNames,
  type Secrets,
} from '../kinds.ts'
import { readSecrets, untouched } from '../registry.ts'
import {
  deleteProcessorRow,
  hasUndecidedMoney,
  listProcessorRows,
  type ProcessorRow,
  writeProcessorRow,
} from '../store.ts'
import { changeLimits, refuseLimits } from './limits.ts'
import type { shownProcessor, UpdateProcessor } from './schema.ts'

/** The processors that the environment may have, set up or not. */
export async function listProcessors(database: Queryable, { environment }: RequestContext): Promise<ProcessorRow[]> {
  const rows = await listProcessorRows(database, environment.id)
  return processorNames
    .map((name) => rows.find(({ processor }) => processor === name) ?? untouched(name, environment))
    .filter((row) => row !== undefined)
}

/** Throws `not_found` for one that the environment cannot have: no live environment has the simulator. */
export async function findProcessorOrThrow(
  database: Queryable,
  { environment }: RequestContext,
  name: string,
  { lock = false } = {},
): Promise<ProcessorRow> {
  const rows = await listProcessorRows(database, environment.id, { lock })
  const initial = untouched(name, environment)
  if (!initial)
    throw new Problem('not_found', `There is no processor of this name for the ${environment.mode} environment.`)
  return rows.find(({ processor }) => processor === name) ?? initial
}

/** What was set of a processor besides its secrets. */
function plainTerms(row: ProcessorRow) {
  return {
    enabled: row.enabled,
    position: row.position,
    ...(row.bank_account !== null && { bank_account: row.bank_account }),
    currencies: row.currencies,
    minimum: row.minimum,
    maximum: row.maximum,
  }
}

/** What was set of a processor: of its secrets only the last four characters. */
function shownTerms({ vault }: Pick<ProcessorApp, 'vault'>, row: ProcessorRow) {
  const last4 = ([name, secret]: [string, string]) => [name, { last4: secret.slice(-4) }]
  return { ...plainTerms(row), secrets: Object.fromEntries(Object.entries(readSecrets(vault, row)).map(last4)) }
}

/** A processor as the API shows it. */
export function renderProcessor(
  app: Pick<ProcessorApp, 'vault' | 'publicUrl'>,
  { environment }: Pick<RequestContext, 'environment'>,
  row: ProcessorRow,
): z.input<typeof shownProcessor> {
  const kind = required(findKind(row.processor, environment.mode), 'the kind of a processor exists')
  const { capture, refund, close, settlements } = kind.terms.capabilities
  const url = `${app.publicUrl()}/processors/${row.processor}/callbacks/`
  return {
    name: row.processor as ProcessorName,
    mode: environment.mode,
    ...shownTerms(app, row),
    ...(kind.calls_back && { callback_url: url + callbackToken(app.vault, environment.id, row.processor) }),
    capabilities: { capture, refund, close, settlements },
  }
}

/** The version of what was set of a processor as its ETag. */
export function processorEtag({ version }: ProcessorRow): string {
  return etagOf({ version, receivable_version: null })
}

/**
 * Refuses a key that is not one, is of the other mode or, unless `verify` is false, is not good at the processor, which is asked
 * once; with no transaction open. Throws `processor_refused_key` or `processor_unreachable`.
 */
export async function checkKeys(
  app: ProcessorApp,
  { environment }: RequestContext,
  name: string,
  { secrets = {} }: UpdateProcessor,
  verify: boolean,
): Promise<void> {
  const kind = findKind(name, environment.mode)
  const refuse = (secret: string, detail: string) => fieldProblem('processor_refused_key', `/secrets/${secret}`, detail)
  for (const [secret, value] of Object.entries(secrets)) {
    const form = kind?.secrets.find((one) => one.name === secret)
    if (!form) throw refuse(secret, `The ${name} has no such secret.`)
    if (typeof value === 'string' && !form.pattern.test(value))
      throw refuse(secret, `It should be like ${form.example}.`)
  }
  const { secret_key } = secrets
  if (secret_key === undefined || kind?.way !== 'charge') return
  const keyMode = kind.modeOf?.(secret_key) ?? environment.mode
  if (keyMode !== environment.mode) {
    throw refuse('secret_key', `It is a ${keyMode} key, and this is the ${environment.mode} environment.`)
  }
  if (!verify) return
  try {
    await kind.verifyKey?.(app, environment, secret_key)
  } catch (error) {
    if (!(error instanceof ProcessorFault)) throw error
    if (error.kind !== 'unknown') throw refuse('secret_key', `${kind.title} refuses it.`)
    throw new Problem('processor_unreachable', `${kind.title} does not answer. Nothing was saved.`)
  }
}

/** Changes what was sent. The keys were checked. Throws `precondition_failed`, or what is wrong with the limits. */
export async function updateProcessor(
  connection: Connection,
  app: Pick<ProcessorApp, 'vault'>,
  context: RequestContext,
  { name, input, if_match }: { name: string; input: UpdateProcessor; if_match: string | undefined },
): Promise<ProcessorRow> {
  const row = await findProcessorOrThrow(connection, context, name, { lock: true })
  checkIfMatch(if_match, processorEtag(row))
  const kind = required(findKind(name, context.environment.mode), 'the kind of a processor exists')
  const secrets = changeSecrets(readSecrets(app.vault, row), input)
  const changed: ProcessorRow = {
    ...changeLimits(row, input),
    enabled: input.enabled ?? row.enabled,
    position: input.position ?? row.position,
    secrets: Object.keys(secrets).length === 0 ? null : app.vault.encrypt(JSON.stringify(secrets)),
    bank_account: input.bank_account === undefined ? row.bank_account : input.bank_account,
    version: row.version + 1n,
  }
  refuseBankAccount(kind, changed)
  const [needed] = kind.secrets
  if (changed.enabled && needed && secrets[needed.name] === undefined) {
    const detail = `It is required to switch ${kind.title} on.`
    throw fieldProblem('processor_refused_key', `/secrets/${needed.name}`, detail)
  }
  refuseLimits(kind, changed)
  await writeProcessorRow(connection, context.environment.id, changed, context.now)
  await recordChange(connection, context, {
    action: 'updated',
    object_kind: 'processor',
    object_id: null,
    object_name: name,
    ...differenceOf(shownTerms(app, row), shownTerms(app, changed)),
  })
  return changed
}

/** Throws `not_supported` for an account of what has none, and `invalid_request` for bank transfer that is switched on without one. */
function refuseBankAccount({ way, title }: ProcessorKind | NoticeKind, { enabled, bank_account }: ProcessorRow): void {
  const pointer = '/bank_account'
  if (way === 'charge' && bank_account !== null) {
    throw fieldProblem('not_supported', pointer, `${title} pays out where it was told to.`)
  }
  if (way === 'notice' && enabled && bank_account === null) {
    throw fieldProblem('invalid_request', pointer, `It is required to switch ${title} on.`)
  }
}

function changeSecrets(before: Secrets, { secrets = {} }: UpdateProcessor): Secrets {
  const all = { ...before, ...secrets }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => typeof value === 'string'))
}

/**
 * Forgets the secrets and all that was set, and so switches off what is not on by default. Throws `payment_in_progress` while payments
 * or refunds are undecided that only these keys can ask about.
 */
export async function removeProcessor(connection: Connection, context: RequestContext, name: string): Promise<void> {
  const { environment, now } = context
  const row = await findProcessorOrThrow(connection, context, name, { lock: true })
  const hasKeys = (findKind(name, environment.mode)?.secrets.length ?? 0) > 0
  if (hasKeys) await refuseUndecided(connection, environment.id, name, now)
  if (!(await deleteProcessorRow(connection, environment.id, name))) return
  await recordChange(connection, context, {
    action: 'deleted',
    object_kind: 'processor',
    object_id: null,
    object_name: name,
    ...goneWith(plainTerms(row)),
  })
}

async function refuseUndecided(connection: Connection, environmentId: number, name: string, now: Date): Promise<void> {
  if (await hasUndecidedMoney(connection, environmentId, name, now)) {
    const detail =
      'Payments or refunds through it are not decided yet. Send enabled: false, and delete it when they are.'
    throw new Problem('payment_in_progress', detail)
  }
}

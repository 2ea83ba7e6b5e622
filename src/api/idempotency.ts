import type { AppContext, RequestContext } from '../context.ts'
import { withProofs } from '../core/page-link.ts'
import { Problem } from '../core/problem.ts'
import {
  claimKeys,
  claimName,
  findResponses,
  type IdempotencyClaim,
  keyReused,
  storeResponses,
} from '../database/idempotency.ts'
import type { Connection } from '../database/pool.ts'
import { awaitStandby, type TransactionOptions, transaction } from '../database/transaction.ts'
import { renderProblem } from './problems.ts'
import { type RenderedResponse, storedBody } from './response.ts'

export type WriteOptions = {
  secret?: boolean
  committed?: () => void | Promise<void>
  /** The time limit, for a change of unbounded size. */
  limit_ms?: number
}
type App = Pick<AppContext, 'pool' | 'vault' | 'publicUrl'>
type Work = (connection: Connection) => Promise<RenderedResponse>

/**
 * Runs a change in one transaction together with its idempotency record. With a key that was used before, the stored
 * response is returned, with the same status and bytes. A 409 or 422 is stored too; other refusals are not. `secret`
 * responses are stored encrypted, and the links to payment pages without their secret part. `committed` is called
 * after the commit, and the response waits for it.
 */
export async function writeOnce(
  app: App,
  context: RequestContext,
  work: Work,
  options: WriteOptions = {},
): Promise<RenderedResponse> {
  const { idempotency: claim } = context
  if (!claim) {
    const response = await transaction(app.pool, work, limitsOf(options))
    await options.committed?.()
    return response
  }
  const fresh = await transaction(
    app.pool,
    async (connection, sendCommit) => {
      const won = await claimKeys(connection, [claim])
      if (won.size === 0) return undefined
      const response = await workOrRefusal(app, context, connection, work)
      const { status } = response
      const kept = storedBody(response)
      const body = options.secret ? app.vault.encrypt(kept).toString('base64') : kept
      const stored = storeResponses(connection, [{ ...claim, status, body, encrypted: options.secret === true }])
      sendCommit()
      await stored
      return response
    },
    limitsOf(options),
  )
  if (!fresh) return storedResponse(app, claim)
  await options.committed?.()
  return fresh
}

/** The first part of a change that takes several transactions: what it did, or the response where nothing is left to do. */
export type Begun<T> = { kind: 'begun'; value: T } | { kind: 'response'; response: RenderedResponse }

/**
 * Runs the first transaction of a change that calls somebody outside before it has its response. The key is claimed in it and
 * stays in flight until the response is stored, by whoever ends the change, in the transaction that does; a refusal is
 * stored at once.
 */
export async function beginOnce<T>(
  app: App,
  context: RequestContext,
  work: (connection: Connection) => Promise<T>,
): Promise<Begun<T>> {
  const { idempotency: claim } = context
  const begin = async (connection: Connection) => ({ kind: 'begun' as const, value: await work(connection) })
  if (!claim) return transaction(app.pool, begin)
  const begun = await transaction(app.pool, async (connection) => {
    const won = await claimKeys(connection, [claim])
    if (won.size === 0) return undefined
    const result = await workOrRefusal(app, context, connection, begin)
    if ('kind' in result) return result
    const { status } = result
    await storeResponses(connection, [{ ...claim, status, body: storedBody(result), encrypted: false }])
    return { kind: 'response' as const, response: result }
  })
  return begun ?? { kind: 'response', response: await storedResponse(app, claim) }
}

function limitsOf({ limit_ms }: WriteOptions): TransactionOptions {
  return limit_ms === undefined ? {} : { limit_ms }
}

/** A final refusal rolls the work back but keeps the claim: the refusal becomes the response of the key. */
async function workOrRefusal<T>(
  app: App,
  { instance }: RequestContext,
  connection: Connection,
  work: (connection: Connection) => Promise<T>,
): Promise<T | RenderedResponse> {
  // Not awaited: it is sent with the first statement of the work, which fails if this does.
  connection.query({ name: 'savepoint-work', text: 'savepoint work' }).catch(() => {})
  try {
    return await work(connection)
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error
    await connection.query({ name: 'rollback-to-work', text: 'rollback to savepoint work' })
    return renderProblem(error, app, instance)
  }
}

/**
 * The stored response of a key. Throws when the key was used for another request, or when its request is still running.
 */
export async function storedResponse(
  { pool, vault }: Pick<AppContext, 'pool' | 'vault'>,
  claim: IdempotencyClaim,
): Promise<RenderedResponse> {
  const stored = (await findResponses(pool, [claim])).get(claimName(claim))
  if (stored && !stored.fingerprint.equals(claim.fingerprint)) throw keyReused()
  if (!stored?.response) {
    throw new Problem('idempotency_in_flight', 'A request with this key is still running.', { retry_after_s: 1 })
  }
  const { status, body, encrypted } = stored.response
  await awaitStandby(pool)
  const kept = encrypted ? vault.decrypt(Buffer.from(body, 'base64')) : body
  return { status, body: withProofs(vault, kept), replayed: true }
}

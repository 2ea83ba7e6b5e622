import { canonicalJson } from '../core/canonical-json.ts'
import { Problem } from '../core/problem.ts'
import { sha256 } from '../core/secret.ts'
import {
  claimKeys,
  claimName,
  findAnswers,
  type IdempotencyClaim,
  newClaim,
  storeAnswers,
} from '../database/idempotency.ts'
import type { Connection } from '../database/pool.ts'
import { transaction } from '../database/transaction.ts'
import { type FastifyReply, type FastifyRequest, type Platform, sendJson } from './platform.ts'
import { pathOf, renderProblem } from './problems.ts'

export type Answer = { status: number; body: string; etag?: string | undefined }
export type WriteOptions = { secret?: boolean; committed?: () => void }

/**
 * The request's idempotency claim, if it sent a key. 1 to 255 visible ASCII characters, quoted (as the IETF draft has it) or
 * bare: both spellings are the same key. The fingerprint is of the method, the path and the canonical body.
 */
export function claimOf(request: FastifyRequest, now: Date): IdempotencyClaim | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  const sent = Array.isArray(header) ? header.join() : header
  const key = /^"(.*)"$/.exec(sent)?.[1] ?? sent
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid_idempotency_key', 'Idempotency-Key has 1 to 255 visible ASCII characters.')
  }
  const fingerprint = sha256(`${request.method} ${pathOf(request)}\n${canonicalJson(request.body ?? null)}`)
  return newClaim(request.environment.id, key, fingerprint, now)
}

/**
 * Runs a change in one transaction together with its idempotency record, and sends the answer. With a key that was used
 * before, the stored answer is sent again, with the same status and bytes. A 409 or 422 is stored too; other refusals are not.
 * `secret` answers are stored encrypted. `committed` is called once the change is there, before its answer is sent.
 */
export async function writeOnce(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (connection: Connection) => Promise<Answer>,
  options: WriteOptions = {},
): Promise<FastifyReply> {
  const claim = claimOf(request, platform.clock.now())
  if (!claim) {
    const answer = await transaction(platform.pool, work)
    options.committed?.()
    return sendJson(reply, answer)
  }
  const fresh = await transaction(platform.pool, async (connection, sendCommit) => {
    const won = await claimKeys(connection, [claim])
    if (won.size === 0) return undefined
    const answer = await workOrRefusal(platform, request, connection, work)
    const { status } = answer
    const body = options.secret ? platform.vault.encrypt(answer.body).toString('base64') : answer.body
    const stored = storeAnswers(connection, [{ ...claim, status, body, encrypted: options.secret === true }])
    sendCommit()
    await stored
    return answer
  })
  if (!fresh) return replay(platform, reply, claim)
  options.committed?.()
  return sendAnswer(reply, fresh)
}

/** A refusal that is final undoes the work, not the claim: it becomes the answer that the key stands for. */
async function workOrRefusal(
  platform: Platform,
  request: FastifyRequest,
  connection: Connection,
  work: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  // It travels with the work's first statement, which fails when it does.
  connection.query('savepoint work').catch(() => {})
  try {
    return await work(connection)
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error
    await connection.query('rollback to savepoint work')
    return renderProblem(error, platform, pathOf(request))
  }
}

/** Sends the answer that a key stands for, or refuses the key when it stands for another request. */
export async function replay(platform: Platform, reply: FastifyReply, claim: IdempotencyClaim): Promise<FastifyReply> {
  const stored = (await findAnswers(platform.pool, [claim])).get(claimName(claim))
  if (!stored) {
    throw new Problem('idempotency_in_flight', 'A request with this key is still running.', { retry_after_s: 1 })
  }
  if (!stored.fingerprint.equals(claim.fingerprint)) {
    throw new Problem('idempotency_key_reused', 'This Idempotency-Key was used for another request.')
  }
  const body = stored.encrypted ? platform.vault.decrypt(Buffer.from(stored.body, 'base64')) : stored.body
  reply.header('idempotent-replayed', 'true')
  return sendAnswer(reply, { status: stored.status, body })
}

/** Sends an answer that may be a stored refusal: those have the media type of problems. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.status < 400) return sendJson(reply, answer)
  return reply.code(answer.status).header('content-type', 'application/problem+json; charset=utf-8').send(answer.body)
}

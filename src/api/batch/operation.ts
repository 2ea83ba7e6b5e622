import type { z } from 'zod'
import type { AppContext, RequestContext } from '../../context.ts'
import type { Scope } from '../../core/api-key.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import { Problem } from '../../core/problem.ts'
import { sha256 } from '../../core/secret.ts'
import type { Semaphore } from '../../core/semaphore.ts'
import { type IdempotencyClaim, newClaim } from '../../database/idempotency.ts'
import type { FastifyRequest, Router } from '../fastify.ts'
import { operation, readKey } from '../operation.ts'
import { noteFailure, renderProblem } from '../problems.ts'
import { type RenderedResponse, sendResponse } from '../response.ts'
import { type ReadRow, type RefusedRow, readRows } from './read-rows.ts'
import { type RowTurn, runRow, runRows } from './run-rows.ts'
import { batchAnswer, batchBody, batchQuery, type MalformedRow } from './schema.ts'

/**
 * A batch as the reference describes it. `shown` is what the body of a row can be that was carried out, or would be; `answer` is the
 * name of the whole.
 */
export type BatchDeclared<Row extends z.ZodType> = {
  url: string
  id: string
  tag: string
  scope: Scope
  summary: string
  description: string
  row: Row
  shown: readonly z.ZodType[]
  answer: string
}

/** How the rows of a batch are carried out. */
export type BatchWork<Input> = {
  /** Throws `invalid_request` for what is malformed without a look at the database. */
  check?(context: RequestContext, input: Input): void
  /** Looks up at once what each row would look up alone. */
  prepare?(context: RequestContext, inputs: Input[]): Promise<Input[]>
  /** Where a row waits for its turn. */
  limitOf(input: Input): Semaphore
  /** Does what the single call does. */
  carryOut(context: RequestContext, input: Input): Promise<RenderedResponse>
  /** Says what that would do, and writes nothing. */
  rehearse(context: RequestContext, input: Input): Promise<RenderedResponse>
}

/** The most that a body of a batch may have. */
const bodyMaxBytes = 2 * 1024 * 1024
/** No row begins later than this. With the time limit of the last ones, the caller has the answer within 18 seconds. */
const beginWithinMs = 10_000
/** How many rows of one batch run or wait for their turn, so that batches take turns. No limit is higher. */
const rowsAtOnce = 256
/** When so many faults have been told in outcomes, each further row tells its first only: to say which name was meant takes time. */
const faultsToldMax = 1_000

/**
 * Adds the operation that takes many bodies of a single call at once. Each row is a change of its own, with its own refusal and, if
 * the request has a key, its own idempotency record.
 */
export function batchOperation<Row extends z.ZodType>(
  router: Router,
  app: AppContext,
  { row, shown, answer, ...declared }: BatchDeclared<Row>,
  work: BatchWork<z.output<Row>>,
): void {
  type Input = z.output<Row>
  operation(
    router,
    app,
    {
      method: 'POST',
      ...declared,
      query: batchQuery,
      body: batchBody(row),
      body_max_bytes: bodyMaxBytes,
      responses: { 200: batchAnswer(shown, answer) },
      idempotent: 'by_row',
    },
    async ({ query: { dry_run, partial }, body, context }, reply) => {
      const { request } = reply
      const { free } = app.batchLimits.batches
      if (free === 0) throw new Problem('overloaded', 'Too many batches are running.', { retry_after_s: 2 })
      const sent = body.rows as (Input | MalformedRow)[]
      const rows = readRows(sent, row, partial, (input) => work.check?.(context, input))
      const keyOf = keysOf(request, context)
      const lastBegin = performance.now() + beginWithinMs
      // Who has gone reads no outcome, and has to send the batch again.
      const mayBegin = () => performance.now() < lastBegin && !request.raw.socket.destroyed
      const batch = { app, context, work, dry_run, keyOf, mayBegin }
      const outcomes = await app.batchLimits.batches.run(() => carryOut(batch, rows))
      return sendResponse(reply, answerOf(outcomes))
    },
  )
}

type Batch<Input> = {
  app: AppContext
  context: RequestContext
  work: BatchWork<Input>
  dry_run: boolean
  keyOf(index: number, now: Date): IdempotencyClaim | undefined
  mayBegin(): boolean
}

async function carryOut<Input>(batch: Batch<Input>, rows: ReadRow<Input>[]): Promise<RenderedResponse[]> {
  const { app, context, work, dry_run, keyOf, mayBegin } = batch
  const prepared = await prepare(batch, rows)
  const { transactions } = app.batchLimits
  const turnOf = (input: Input): RowTurn => ({ limit: dry_run ? transactions : work.limitOf(input), mayBegin })
  const run = (input: Input, index: number) => {
    const now = app.clock.now()
    const own = { ...context, now }
    return dry_run ? work.rehearse(own, input) : work.carryOut({ ...own, idempotency: keyOf(index, now) }, input)
  }
  let faultsTold = 0
  const refuse = (row: RefusedRow) => {
    const problem = row.refusal(faultsTold < faultsToldMax ? undefined : 1)
    faultsTold += problem.errors.length
    return problem
  }
  return runRows(prepared.length, rowsAtOnce, async (index) => {
    const row = prepared[index] as ReadRow<Input>
    try {
      if ('refusal' in row) throw refuse(row)
      return await runRow(turnOf(row.input), () => run(row.input, index))
    } catch (error) {
      return renderProblem(noteFailure(app, context.request_id, error), app, context.instance)
    }
  })
}

/** The rows with what was looked up for all of them at once. */
async function prepare<Input>({ work, context }: Batch<Input>, rows: ReadRow<Input>[]): Promise<ReadRow<Input>[]> {
  if (!work.prepare) return rows
  const inputs = rows.flatMap((row) => ('input' in row ? [row.input] : []))
  const prepared = (await work.prepare(context, inputs)).values()
  return rows.map((row) => ('input' in row ? { input: prepared.next().value as Input } : row))
}

/**
 * The claims of the rows: each has the key of the request and its index behind a space, which no key that is sent can have. The
 * fingerprint is of the row alone, so that a row that is put right does not make the others another request.
 */
function keysOf(request: FastifyRequest, { environment, instance }: RequestContext): Batch<unknown>['keyOf'] {
  const key = readKey(request)
  if (key === undefined) return () => undefined
  const { rows } = request.body as { rows: unknown[] }
  return (index, now) => {
    const fingerprint = sha256(`${request.method} ${instance}\n${canonicalJson(rows[index])}`)
    return newClaim(environment.id, `${key} ${index}`, fingerprint, now)
  }
}

/** Puts the answers of the rows together, each as it was rendered: so a replay has the same bytes. */
function answerOf(outcomes: RenderedResponse[]): RenderedResponse {
  const data = outcomes.map(({ status, body }) => `{"status":${status},"body":${body}}`)
  const succeeded = outcomes.filter(({ status }) => status < 400).length
  const body = `{"data":[${data.join(',')}],"succeeded":${succeeded},"failed":${outcomes.length - succeeded}}`
  return { status: 200, body, ...(outcomes.every(({ replayed }) => replayed) && { replayed: true }) }
}

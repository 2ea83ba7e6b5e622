import type pg from 'pg'
import { DeadlineExceeded } from '../availability.ts'
import { streamOf } from '../use-limit.ts'

/** How long an answer may take that needs no more than some pages of the database. */
export const shortAnswer_ms = 60_000
/** How long nothing may come from a database that reads or writes whole tables, or waits for a checkpoint that is spread over minutes. */
export const longAnswer_ms = 30 * 60_000

const endMax_ms = 2_000

/**
 * Waits for the answer to what was sent over a connection. Throws DeadlineExceeded, and ends the connection, when it does not come in time:
 * PostgreSQL's own limits need a server that works, and a way to it.
 */
export async function answered<T>(client: pg.ClientBase, answer: Promise<T>, limit_ms = shortAnswer_ms): Promise<T> {
  const timer = setTimeout(() => streamOf(client).destroy(new DeadlineExceeded()), limit_ms)
  return answer.finally(() => clearTimeout(timer))
}

/** Closes a connection. A server that is silent does not close its side either, so it is not waited for longer than two seconds. */
export async function endConnection(client: pg.Client): Promise<void> {
  const stream = streamOf(client)
  if (stream.destroyed) {
    client.end().catch(() => {})
    return
  }
  const timer = setTimeout(() => stream.destroy(), endMax_ms)
  await client.end().finally(() => clearTimeout(timer))
}

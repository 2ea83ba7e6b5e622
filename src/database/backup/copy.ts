import { once } from 'node:events'
import pg from 'pg'
import { DeadlineExceeded } from '../availability.ts'
import { streamOf } from '../use-limit.ts'
import { answered, longAnswer_ms } from './answered.ts'

// What may lie in memory when whoever reads is slower than the database: some megabytes.
const waitingMax = 256

type CopyConnection = pg.Connection & {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** The inner connection, which the types of the driver leave out. */
function connectionOf(client: pg.ClientBase): CopyConnection {
  return (client as unknown as { connection: CopyConnection }).connection
}

/**
 * Sends a statement that answers with a stream, and gives the stream piece by piece; what it returns in the end is the rest of the answer.
 * Throws DeadlineExceeded, and ends the connection, when nothing comes for `silent_ms`.
 */
export async function* copyOut(
  client: pg.ClientBase,
  text: string,
  silent_ms = longAnswer_ms,
): AsyncGenerator<Buffer, unknown> {
  // The driver hands these messages to nobody.
  const connection = connectionOf(client)
  const stream = streamOf(client)
  const waiting: Buffer[] = []
  let wake = Promise.withResolvers<void>()
  const take = ({ chunk }: { chunk: Buffer }) => {
    // The driver reuses the memory of what it has read.
    waiting.push(Buffer.from(chunk))
    if (waiting.length > waitingMax) stream.pause()
    wake.resolve()
  }
  connection.on('copyData', take)
  let ended = false
  const answer = client.query(text).finally(() => {
    ended = true
    wake.resolve()
  })
  answer.catch(() => {})
  try {
    for (;;) {
      const chunk = waiting.shift()
      if (chunk !== undefined) {
        yield chunk
        continue
      }
      if (ended) return await answer
      stream.resume()
      const silence = setTimeout(() => stream.destroy(new DeadlineExceeded()), silent_ms)
      await wake.promise.finally(() => clearTimeout(silence))
      wake = Promise.withResolvers()
    }
  } finally {
    connection.off('copyData', take)
    if (ended) {
      // The end of the answer may come with the piece at which it was paused: the next statement would wait for its answer for ever.
      stream.resume()
    } else if (!stream.closed) {
      // Whoever stops reading in the middle wants no more of it.
      stream.destroy()
      await once(stream, 'close')
    }
  }
}

/**
 * Sends a `copy … from stdin` with its rows. Resolves when PostgreSQL has taken all of them. Throws DeadlineExceeded, and ends the
 * connection, when it takes nothing for `silent_ms`.
 */
export async function copyIn(
  client: pg.Client,
  text: string,
  rows: AsyncIterable<Buffer>,
  silent_ms = longAnswer_ms,
): Promise<void> {
  const done = Promise.withResolvers<void>()
  const query = new pg.Query(text) as pg.Query & { callback(error?: Error): void; handleCopyInResponse(): void }
  query.callback = (error) => (error ? done.reject(error) : done.resolve())
  const ready = Promise.withResolvers<void>()
  done.promise.catch(ready.reject)
  query.handleCopyInResponse = () => ready.resolve()
  client.query(query)
  await answered(client, ready.promise, silent_ms)
  try {
    await send(client, rows, silent_ms)
  } catch (error) {
    if (!streamOf(client).destroyed) connectionOf(client).sendCopyFail('the rows broke off')
    done.promise.catch(() => {})
    throw error
  }
  await answered(client, done.promise, silent_ms)
}

async function send(client: pg.Client, rows: AsyncIterable<Buffer>, silent_ms: number): Promise<void> {
  const connection = connectionOf(client)
  const { stream } = connection
  for await (const chunk of rows) {
    connection.sendCopyFromChunk(chunk)
    if (stream.writableNeedDrain) await answered(client, once(stream, 'drain'), silent_ms)
  }
  connection.endCopyFrom()
}

import pg from 'pg'

/** A statement as the server sent it. */
export type SentStatement = { text: string; values: unknown[] }

type Query = (config: unknown, values?: unknown, callback?: unknown) => unknown

/** Notes every statement that is sent through `pg` while `work` runs, once for each text. */
export async function statementsOf(work: () => Promise<unknown>): Promise<SentStatement[]> {
  const prototype = pg.Client.prototype as unknown as { query: Query }
  const original = prototype.query
  const sent = new Map<string, SentStatement>()
  prototype.query = function (this: unknown, config, values, callback) {
    const { text, values: own } = (typeof config === 'string' ? { text: config, values } : config) as SentStatement
    if (typeof text === 'string') sent.set(text, { text, values: own ?? [] })
    return original.call(this, config, values, callback)
  }
  try {
    await work()
  } finally {
    prototype.query = original
  }
  return [...sent.values()]
}

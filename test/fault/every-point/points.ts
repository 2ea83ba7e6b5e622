import pg from 'pg'

type Query = (this: pg.Client, ...sent: unknown[]) => unknown
type Note = (client: pg.Client, statement: string) => void

/**
 * The points at which a server can be killed while `work` runs in this process on this database, by the names that `die-at.ts` knows:
 * before each statement that it sends, before each commit and behind it.
 */
export async function pointsOf(database: string, work: () => Promise<unknown>): Promise<string[]> {
  const points = new Set<string>()
  const last = new WeakMap<pg.Client, string>()
  const note: Note = (client, statement) => {
    if (client.database !== database) return
    const before = last.get(client)
    if (statement === 'commit' && before !== undefined) {
      points.add(`uncommitted:${before}`)
      points.add(`committed:${before}`)
    }
    if (endings.has(statement)) last.delete(client)
    else if (statement !== '' && !ofJobs.has(statement)) {
      points.add(`before:${statement}`)
      last.set(client, statement)
    }
  }
  notes.add(note)
  try {
    await work()
  } finally {
    notes.delete(note)
  }
  return [...points]
}

const notes = new Set<Note>()
const prototype = pg.Client.prototype as unknown as { query: Query }
const original = prototype.query
prototype.query = function query(...sent) {
  const { name = '' } = Object(sent[0]) as { name?: string }
  for (const note of notes) note(this, name.replace(/-[0-9a-f]{8}$/, ''))
  return Reflect.apply(original, this, sent)
}

const endings = new Set(['begin', 'commit', 'rollback'])

/** Statements of what runs beside requests, which `kill-points.test.ts` and `feed-kill.test.ts` are about. */
const ofJobs = new Set([
  'claim-deliveries',
  'commit-unflushed',
  'delivery-settings',
  'find-endpoints-to-note',
  'hold-endpoints-that-wait',
  'lock-feed-place',
  'look-at-feed',
  'move-feed-place',
  'note-endpoints',
  'put-off-deliveries',
  'record-outcomes',
  'sequence-events',
  'take-turn-to-claim',
  'wait-little',
])

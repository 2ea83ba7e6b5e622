import type { AppContext } from '../../context.ts'
import { laterOf } from '../../core/clock.ts'
import { type Id, timeOf } from '../../core/id/id.ts'
import { isTemporary } from '../../database/availability.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import type { Exposition } from './exposition.ts'

/** What was read, each part absent where it was not in time, and whether the database was there at all. */
export type DatabaseFigures = {
  at: Date
  is_up: boolean
  commits?: Commits | undefined
  deliveries?: Deliveries | undefined
  feed?: Feed | undefined
  callbacks?: Waiting[] | undefined
  undecided?: (Waiting & { kind: string; mode: string })[] | undefined
  verified?: Verified | undefined
}

type Deliveries = {
  waiting: number
  due: number
  due_since: Date | null
  failing: number
  failing_since: Date | null
  paused: number
}
type Verified = {
  incremental_at: Date | null
  incremental_violations: number
  whole_at: Date | null
  whole_violations: number
}
type Commits = { waiting: number; oldest_s: number }
type Feed = { waiting: number; oldest: Id | null }
type Waiting = { processor: string; waiting: number; since: Date }

const measureCommits = loadSql(import.meta.url, './sql/measure-commits.sql')
const measureDeliveries = loadSql(import.meta.url, './sql/measure-deliveries.sql')
const measureFeed = loadSql(import.meta.url, './sql/measure-feed.sql')
const measureCallbacks = loadSql(import.meta.url, './sql/measure-callbacks.sql')
const measureUndecided = loadSql(import.meta.url, './sql/measure-undecided.sql')
const measureVerify = loadSql(import.meta.url, './sql/measure-verify.sql')
const limitTime = { name: 'limit-measuring', text: "select set_config('statement_timeout', '1000ms', true)" }

type App = Pick<AppContext, 'pool' | 'clock' | 'log'>

const deadline_ms = 1_000
const kept_ms = 5_000

/**
 * Reads figures of the database: at most once in five seconds however often it is asked, and one reading at a time. It answers within a
 * second, the wait for a connection included.
 */
export function createDatabaseReader(app: App): () => Promise<DatabaseFigures> {
  let last: Promise<DatabaseFigures> | undefined
  let read_at = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  return () => {
    const now = app.clock.now()
    if (last && Math.abs(now.getTime() - read_at) < kept_ms) return last
    read_at = now.getTime()
    const found: DatabaseFigures = { at: now, is_up: false }
    // A reading that is still under way, or waits for a connection, must not be joined by another.
    reading ??= readInto(app, found).finally(() => {
      reading = undefined
    })
    last = within(reading, found)
    return last
  }
}

/** What there is at the deadline: a copy, since the reading may go on. */
async function within(reading: Promise<void>, found: DatabaseFigures): Promise<DatabaseFigures> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadline_ms)
  })
  await Promise.race([reading, late])
  clearTimeout(timer)
  return { ...found }
}

/** The statements travel together. What fails takes those behind it along, and those before it are kept. */
async function readInto({ pool, log }: Pick<App, 'pool' | 'log'>, found: DatabaseFigures): Promise<void> {
  const values = [found.at]
  const reading = transaction(
    pool,
    async (connection) => {
      const reads = [
        connection.query(limitTime).then(() => {
          found.is_up = true
        }),
        connection.query<Commits>(measureCommits).then(({ rows }) => {
          found.commits = rows[0]
        }),
        connection.query<Feed>(measureFeed).then(({ rows }) => {
          found.feed = rows[0]
        }),
        connection.query<Deliveries>({ ...measureDeliveries, values }).then(({ rows }) => {
          found.deliveries = rows[0]
        }),
        connection.query<Verified>(measureVerify).then(({ rows }) => {
          found.verified = rows[0]
        }),
        connection.query<Waiting>(measureCallbacks).then(({ rows }) => {
          found.callbacks = rows
        }),
        connection
          .query<NonNullable<DatabaseFigures['undecided']>[number]>({ ...measureUndecided, values })
          .then(({ rows }) => {
            found.undecided = rows
          }),
      ]
      const failed = (await Promise.allSettled(reads)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    },
    { tries_max: 1 },
  )
  // What is absent says so; an outage is logged by whoever serves requests.
  await reading.catch((error: unknown) => {
    if (!isTemporary(error)) log.error({ err: error }, 'figures of the database could not be read')
  })
}

/** Writes what was read. Ages are of the time of the reading; books that were never verified count from the start of the process. */
export function writeDatabaseFigures(out: Exposition, read: DatabaseFigures, started: Date): void {
  const { commits, deliveries, feed, callbacks, undecided, verified } = read
  const parts = [commits, deliveries, feed, callbacks, undecided, verified]
  const age = (since: Date | null | undefined) =>
    since ? (laterOf(read.at, since).getTime() - since.getTime()) / 1_000 : 0
  out.gauge('tallystick_database_up', 'Whether the database answered within a second.', { value: read.is_up ? 1 : 0 })
  out.gauge('tallystick_database_figures_missing', 'How many groups of figures the database did not give in time.', {
    value: parts.filter((part) => part === undefined).length,
  })
  if (verified) writeVerified(out, verified, (at) => age(at ?? started))
  if (commits) {
    const name = 'tallystick_database_commits_awaiting_standby'
    out.gauge(name, 'Commits that wait for a synchronous standby.', { value: commits.waiting })
    out.gauge(`${name}_oldest_seconds`, 'For how long the oldest of them has.', { value: commits.oldest_s })
  }
  if (deliveries) writeDeliveries(out, deliveries, age)
  if (feed) {
    const oldest = feed.oldest === null ? null : new Date(timeOf(feed.oldest))
    out.gauge('tallystick_feed_unsequenced', 'Events without a position in the feed, up to 10000.', {
      value: feed.waiting,
    })
    out.gauge('tallystick_feed_unsequenced_oldest_seconds', 'Age of the oldest of them.', { value: age(oldest) })
  }
  if (callbacks) {
    const samples = callbacks.map(({ processor, ...rest }) => ({ labels: { processor }, ...rest }))
    writeWaiting(out, 'tallystick_callbacks', 'Calls of processors that are to be looked into', samples, age)
  }
  if (undecided) {
    const samples = undecided.map(({ kind, mode, processor, ...rest }) => ({
      labels: { kind, mode, processor },
      ...rest,
    }))
    writeWaiting(out, 'tallystick_undecided', 'What processors have not decided', samples, age)
  }
}

function writeVerified(out: Exposition, verified: Verified, age: Age): void {
  const [fresh, whole] = [{ run: 'incremental' }, { run: 'whole' }]
  out.gauge(
    'tallystick_verify_age_seconds',
    'Time since the last run of verify that ended: since an incremental one, and since the beginning of a whole one.',
    { labels: fresh, value: age(verified.incremental_at) },
    { labels: whole, value: age(verified.whole_at) },
  )
  out.gauge(
    'tallystick_verify_violations',
    'What the last run of verify found, and what the whole one has found so far that is under way.',
    { labels: fresh, value: verified.incremental_violations },
    { labels: whole, value: verified.whole_violations },
  )
}

type Age = (since: Date | null) => number

function writeDeliveries(out: Exposition, deliveries: Deliveries, age: Age): void {
  const { waiting, due, due_since, failing, failing_since, paused } = deliveries
  out.gauge('tallystick_webhooks_waiting', 'Deliveries that are to be sent now or later, up to 10000.', {
    value: waiting,
  })
  out.gauge('tallystick_webhooks_due', 'Deliveries that are due and not claimed, up to 10000.', { value: due })
  out.gauge('tallystick_webhooks_due_oldest_seconds', 'Since when the oldest of them is due.', {
    value: age(due_since),
  })
  out.gauge(
    'tallystick_webhook_endpoints',
    'Endpoints that fail since their last success, and those that are paused.',
    { labels: { state: 'failing' }, value: failing },
    { labels: { state: 'paused' }, value: paused },
  )
  out.gauge('tallystick_webhook_endpoints_failing_oldest_seconds', 'Since when the first of the failing ones fails.', {
    value: age(failing_since),
  })
}

function writeWaiting(
  out: Exposition,
  name: string,
  help: string,
  samples: { labels: Record<string, string>; waiting: number; since: Date }[],
  age: Age,
): void {
  out.gauge(name, `${help}, up to 10000.`, ...samples.map(({ labels, waiting }) => ({ labels, value: waiting })))
  out.gauge(
    `${name}_oldest_seconds`,
    'Age of the oldest of them.',
    ...samples.map(({ labels, since }) => ({ labels, value: age(since) })),
  )
}

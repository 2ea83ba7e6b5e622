/** How many values were at most each bound, and their sum. To observe one allocates nothing. */
export class Histogram {
  readonly bounds: readonly number[]
  /** How many were above the bound before and at most this one; the last is of those above all bounds. */
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Array(bounds.length + 1).fill(0)
  }

  /** Counts a value. */
  observe(value: number): void {
    const { bounds, counts } = this
    let place = 0
    while (place < bounds.length && value > (bounds[place] as number)) place += 1
    counts[place] = (counts[place] ?? 0) + 1
    this.sum += value
  }
}

const requestBounds_s = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const batchBounds_s = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const sizeBounds = [1, 2, 5, 10, 20, 50, 100, 200]

/** What became of the requests of one operation: how many had a status of 1xx, 2xx and so on, and how long they took. */
export type OperationFigures = { operation: string; by_class: number[]; seconds: Histogram }

/** The requests of this process by operation. A path that leads nowhere is of none, however many such paths there are. */
export class RequestFigures {
  /** How many had a status of 5xx, whatever they were for. */
  server_errors = 0
  readonly #byRoute = new Map<string, Map<string, OperationFigures>>()

  /** Counts a request; `route` is the pattern that took it, never its address. */
  observe(method: string, route: string | undefined, status: number, duration_ms: number): void {
    const { by_class, seconds } = this.#of(route === undefined ? '' : method, route ?? '')
    const place = Math.floor(status / 100)
    by_class[place] = (by_class[place] ?? 0) + 1
    if (place === 5) this.server_errors += 1
    seconds.observe(duration_ms / 1_000)
  }

  /** Every operation that was called. */
  all(): OperationFigures[] {
    return [...this.#byRoute.values()].flatMap((methods) => [...methods.values()])
  }

  #of(method: string, route: string): OperationFigures {
    const known = this.#byRoute.get(route)?.get(method)
    if (known) return known
    const operation = route === '' ? 'none' : `${method} ${route}`
    const made = { operation, by_class: new Array<number>(6).fill(0), seconds: new Histogram(requestBounds_s) }
    const methods = this.#byRoute.get(route) ?? new Map<string, OperationFigures>()
    this.#byRoute.set(route, methods.set(method, made))
    return made
  }
}

/** What a group commit has done and how many wait in it. */
export class QueueFigures {
  /** How many wait for their outcome. */
  waiting = 0
  /** How many were refused since too many waited. */
  refused = 0
  readonly batch_size = new Histogram(sizeBounds)
  readonly batch_seconds = new Histogram(batchBounds_s)

  /** Counts a batch that was committed. */
  committed(size: number, duration_ms: number): void {
    this.batch_size.observe(size)
    this.batch_seconds.observe(duration_ms / 1_000)
  }
}

/** How often webhooks were sent: those that failed are sent again, those that are exhausted are not. */
export type AttemptCounts = Record<'delivered' | 'failed' | 'exhausted', number>

/** The calls of one processor, by what came back. */
export type ProcessorCalls = {
  counts: Record<'answered' | 'refused' | 'failed' | 'unanswered', number>
  seconds: Histogram
  /** Of the failures since the last answer: when the first and the last were. */
  failing: { first: Date; last: Date } | undefined
}

/** The calls of this process to processors, by their names. */
export class ProcessorFigures {
  readonly calls = new Map<string, ProcessorCalls>()

  /** Counts a call; `status` is absent where there was no answer. A server error and silence are a failure of the processor. */
  observe(processor: string, status: number | undefined, duration_ms: number, now: Date): void {
    const calls = this.#of(processor)
    const outcome = outcomeOf(status)
    calls.counts[outcome] += 1
    calls.seconds.observe(duration_ms / 1_000)
    const fails = outcome === 'failed' || outcome === 'unanswered'
    calls.failing = fails ? { first: calls.failing?.first ?? now, last: now } : undefined
  }

  #of(processor: string): ProcessorCalls {
    const known = this.calls.get(processor)
    if (known) return known
    const counts = { answered: 0, refused: 0, failed: 0, unanswered: 0 }
    const made: ProcessorCalls = { counts, seconds: new Histogram(requestBounds_s), failing: undefined }
    this.calls.set(processor, made)
    return made
  }
}

function outcomeOf(status: number | undefined): keyof ProcessorCalls['counts'] {
  if (status === undefined) return 'unanswered'
  if (status >= 500) return 'failed'
  return status === 401 || status === 403 || status === 429 ? 'refused' : 'answered'
}

/** What was refused so that the rest is served. */
export type LimitFigures = {
  /** By what was counted. */
  rate_limited: Record<'address' | 'failed_key' | 'dead_link' | 'link' | 'key', number>
  /** Requests, by what the process was behind with. */
  shed: Record<'event_loop' | 'queue', number>
  dropped_connections: number
}

/** How old the backups are that this process keeps. */
export type BackupFigures = { every_ms: number; last_at: Date | undefined; bytes: number }

/** What the parts of a process count while they work, for whoever watches it. */
export type Figures = {
  requests: RequestFigures
  payments: QueueFigures
  accounts: QueueFigures
  attempts: AttemptCounts
  processors: ProcessorFigures
  limits: LimitFigures
  /** Undefined where nothing is backed up by this process. */
  backup: BackupFigures | undefined
}

/** Figures with nothing counted yet. */
export function newFigures(): Figures {
  return {
    requests: new RequestFigures(),
    payments: new QueueFigures(),
    accounts: new QueueFigures(),
    attempts: { delivered: 0, failed: 0, exhausted: 0 },
    processors: new ProcessorFigures(),
    limits: {
      rate_limited: { address: 0, failed_key: 0, dead_link: 0, link: 0, key: 0 },
      shed: { event_loop: 0, queue: 0 },
      dropped_connections: 0,
    },
    backup: undefined,
  }
}

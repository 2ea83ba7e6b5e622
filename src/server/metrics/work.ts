import type { BackupFigures, Figures, Histogram } from '../../core/figures.ts'
import type { JobStatus } from '../../jobs/periodic.ts'
import type { Exposition } from './exposition.ts'

type Series = { labels: Record<string, string>; values: Histogram }

/** Writes what the parts of the process counted while they worked. */
export function writeFigures(out: Exposition, figures: Figures, started: Date, now: Date): void {
  writeRequests(out, figures)
  writeQueues(out, figures)
  out.counter(
    'tallystick_webhook_attempts_total',
    'Webhooks that were sent: failed ones are sent again, exhausted ones are not.',
    ...Object.entries(figures.attempts).map(([outcome, value]) => ({ labels: { outcome }, value })),
  )
  writeProcessors(out, figures, now)
  writeLimits(out, figures)
  if (figures.backup) writeBackup(out, figures.backup, started, now)
}

function writeLimits(out: Exposition, { limits }: Figures): void {
  out.counter(
    'tallystick_rate_limited_total',
    'Requests that got a 429, by what is counted.',
    ...Object.entries(limits.rate_limited).map(([limit, value]) => ({ labels: { limit }, value })),
  )
  out.counter(
    'tallystick_shed_requests_total',
    'Requests that got a 503 before anything was done, by what the process was behind with.',
    ...Object.entries(limits.shed).map(([reason, value]) => ({ labels: { reason }, value })),
  )
  out.counter('tallystick_dropped_connections_total', 'Connections that were closed since there were too many.', {
    value: limits.dropped_connections,
  })
}

/** A database that has no backup yet counts from the start of the process. */
function writeBackup(out: Exposition, { every_ms, last_at, bytes }: BackupFigures, started: Date, now: Date): void {
  const age = Math.max(0, now.getTime() - (last_at ?? started).getTime()) / 1_000
  out.gauge('tallystick_backup_age_seconds', 'Time since the last whole backup was complete.', { value: age })
  out.gauge('tallystick_backup_late_seconds', 'How much longer that is than the interval.', {
    value: Math.max(0, age - every_ms / 1_000),
  })
  out.gauge('tallystick_backup_bytes', 'What the backups take on their disk, the archived log included.', {
    value: bytes,
  })
}

const classes = [2, 3, 4, 5]

function writeRequests(out: Exposition, { requests }: Figures): void {
  const all = requests.all()
  out.counter(
    'tallystick_requests_total',
    'Requests by operation and class of status; those of no operation have none.',
    ...all.flatMap(({ operation, by_class }) =>
      // Written before there is one, since an increase is seen from the second value on.
      classes.map((place) => ({ labels: { operation, status: `${place}xx` }, value: by_class[place] ?? 0 })),
    ),
  )
  out.counter('tallystick_server_errors_total', 'Responses with a status of 5xx, of whatever operation.', {
    value: requests.server_errors,
  })
  out.histogram(
    'tallystick_request_duration_seconds',
    'Time from a request to the end of its response.',
    ...all.map(({ operation, seconds }): Series => ({ labels: { operation }, values: seconds })),
  )
}

function writeQueues(out: Exposition, { payments, accounts }: Figures): void {
  const queues = Object.entries({ payments, accounts })
  const of = (queue: string) => ({ labels: { queue } })
  out.gauge(
    'tallystick_queue_waiting',
    'How many wait for the outcome of their batch.',
    ...queues.map(([queue, { waiting }]) => ({ ...of(queue), value: waiting })),
  )
  out.counter(
    'tallystick_queue_refused_total',
    'How many were refused since too many waited.',
    ...queues.map(([queue, { refused }]) => ({ ...of(queue), value: refused })),
  )
  out.histogram(
    'tallystick_batch_size',
    'How many share one commit.',
    ...queues.map(([queue, { batch_size }]) => ({ ...of(queue), values: batch_size })),
  )
  out.histogram(
    'tallystick_batch_duration_seconds',
    'Time of a batch in the database.',
    ...queues.map(([queue, { batch_seconds }]) => ({ ...of(queue), values: batch_seconds })),
  )
}

// A failure that is older says nothing about now: nothing was asked since.
const failureCounts_ms = 3_600_000

function writeProcessors(out: Exposition, { processors }: Figures, now: Date): void {
  const all = [...processors.calls]
  out.counter(
    'tallystick_processor_calls_total',
    'Calls to processors by what came back: an answer, a refusal of the key or the rate, a server error, or nothing.',
    ...all.flatMap(([processor, { counts }]) =>
      Object.entries(counts).map(([outcome, value]) => ({ labels: { processor, outcome }, value })),
    ),
  )
  out.histogram(
    'tallystick_processor_call_duration_seconds',
    'Time of these calls.',
    ...all.map(([processor, { seconds }]): Series => ({ labels: { processor }, values: seconds })),
  )
  out.gauge(
    'tallystick_processor_failing_seconds',
    'Time from the first to the last failure since the last answer; 0 when it answers.',
    ...all.map(([processor, { failing }]) => {
      const counts = failing !== undefined && now.getTime() - failing.last.getTime() < failureCounts_ms
      const value = counts ? (failing.last.getTime() - failing.first.getTime()) / 1_000 : 0
      return { labels: { processor }, value }
    }),
  )
}

/** Writes how the jobs do. One that has not succeeded yet counts from the start of the process. */
export function writeJobs(out: Exposition, jobs: readonly JobStatus[], started: Date, now: Date): void {
  const rows = jobs.map(({ name, every_ms, last_success_at, failures }) => {
    const since = last_success_at === undefined ? started : new Date(last_success_at)
    return { labels: { job: name }, age: Math.max(0, now.getTime() - since.getTime()) / 1_000, every_ms, failures }
  })
  out.gauge(
    'tallystick_job_last_success_age_seconds',
    'Time since a job last succeeded.',
    ...rows.map(({ labels, age }) => ({ labels, value: age })),
  )
  out.gauge(
    'tallystick_job_late_seconds',
    'How much longer that is than its interval.',
    ...rows.map(({ labels, age, every_ms }) => ({ labels, value: Math.max(0, age - every_ms / 1_000) })),
  )
  out.counter(
    'tallystick_job_failures_total',
    'How often it failed.',
    ...rows.map(({ labels, failures }) => ({ labels, value: failures })),
  )
}

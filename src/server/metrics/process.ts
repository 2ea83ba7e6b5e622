import { existsSync, readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { version } from '../../core/version.ts'
import type { Pool } from '../../database/pool.ts'
import type { Exposition } from './exposition.ts'

const resolution_ms = 10

/** Watches how late the event loop is, from now on. */
export type EventLoopWatch = { write(out: Exposition): void; stop(): void }

/** Begins to watch. The figures are of the time since they were last written. */
export function watchEventLoop(): EventLoopWatch {
  const delays = monitorEventLoopDelay({ resolution: resolution_ms })
  delays.enable()
  // What is measured is the time between two looks. Before the first there is none.
  const seconds = (ns: number) => (delays.count === 0 ? 0 : Math.max(0, ns / 1e6 - resolution_ms) / 1_000)
  return {
    write(out) {
      out.gauge(
        'tallystick_event_loop_delay_seconds',
        'How late the event loop was since the figures were last read.',
        { labels: { quantile: '0.5' }, value: seconds(delays.percentile(50)) },
        { labels: { quantile: '0.99' }, value: seconds(delays.percentile(99)) },
        { labels: { quantile: '1' }, value: seconds(delays.max) },
      )
      delays.reset()
    },
    stop: () => delays.disable(),
  }
}

/** Writes what this process uses, by the names that are usual for that. */
export function writeProcess(out: Exposition): void {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  out.gauge('tallystick_build_info', 'Which version runs, on which Node.', {
    labels: { version, node: process.version },
    value: 1,
  })
  out.counter('process_cpu_seconds_total', 'Time of processors that the process took.', {
    value: (user + system) / 1e6,
  })
  out.gauge('process_resident_memory_bytes', 'Memory of the machine that the process has.', { value: rss })
  out.gauge('process_heap_bytes', 'Heap of JavaScript that is in use.', { value: heapUsed })
  out.gauge('process_open_fds', 'Open files and connections; only Linux tells.', ...openFiles())
  out.gauge('process_start_time_seconds', 'When the process started, in seconds since 1970.', {
    value: performance.timeOrigin / 1_000,
  })
}

const own = '/proc/self/fd'

function openFiles(): { value: number }[] {
  // The one that is opened to read this is counted too.
  return existsSync(own) ? [{ value: readdirSync(own).length }] : []
}

/** Writes how the connections of the pool are used. */
export function writePool(out: Exposition, pool: Pool): void {
  out.gauge(
    'tallystick_database_connections',
    'Connections of the pool to the database.',
    { labels: { state: 'used' }, value: pool.totalCount - pool.idleCount },
    { labels: { state: 'idle' }, value: pool.idleCount },
  )
  out.gauge('tallystick_database_connections_max', 'How many there may be.', { value: pool.options.max ?? 0 })
  out.gauge('tallystick_database_connections_awaited', 'How many wait for a connection.', { value: pool.waitingCount })
}

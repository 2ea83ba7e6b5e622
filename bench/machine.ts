import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { Pool } from '../src/database/pool.ts'
import { median } from './statistics.ts'

/** The machine and the settings of PostgreSQL, as names and values. */
export async function describeMachine(admin: Pool): Promise<[string, string][]> {
  const names = [
    'shared_buffers',
    'max_wal_size',
    'checkpoint_timeout',
    'synchronous_commit',
    'fsync',
    'full_page_writes',
    'wal_compression',
    'huge_pages_status',
  ]
  // The last one is new in PostgreSQL 17.
  const { rows } = await admin.query<{ name: string; value: string }>(
    `select name, value from unnest($1::text[]) as name, current_setting(name, true) as value where value is not null`,
    [names],
  )
  const version = await admin.query<{ version: string }>("select current_setting('server_version') as version")
  return [
    ['Processor', `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`],
    ['Memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['System', `${type()} ${release()}, Node ${process.versions.node}`],
    ['One 8 kB fdatasync', `${fdatasyncMs().toFixed(3)} ms (median of 200)`],
    ['PostgreSQL', version.rows[0]?.version ?? 'unknown'],
    ['Settings', rows.map(({ name, value }) => `${name} = ${value}`).join(', ')],
  ]
}

/** How long the disk takes to make a write of 8 kB durable, in ms. */
function fdatasyncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-fsync-'))
  const file = openSync(join(folder, 'probe'), 'w')
  try {
    const page = Buffer.alloc(8192, 1)
    const times = Array.from({ length: 200 }, () => {
      writeSync(file, page, 0, page.length, 0)
      const started = performance.now()
      fdatasyncSync(file)
      return performance.now() - started
    })
    return median(times)
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}

/** Reads the CPU time that a PostgreSQL server on this machine has used, in seconds, closed connections included. */
export type CpuMeter = () => number

/** Finds the server's processes from one connection; undefined if there is no `/proc` or the server is on another machine. */
export async function databaseCpu(admin: Pool): Promise<CpuMeter | undefined> {
  if (process.platform !== 'linux') return undefined
  const { rows } = await admin.query<{ pid: number; local: boolean }>(
    'select pg_backend_pid() as pid, inet_server_addr() is null as local',
  )
  const stat = rows[0]?.local ? readStat(rows[0].pid) : undefined
  if (stat?.name !== 'postgres') return undefined
  const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const main = stat.parent
  return () => {
    const own = readStat(main)
    const children = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readStat(Number(name)))
      .filter((child) => child?.parent === main)
    const used = children.reduce((sum, child) => sum + (child?.own ?? 0), 0) + (own?.own ?? 0) + (own?.past ?? 0)
    return used / ticks
  }
}

/** proc(5): the name may hold spaces, so count from the last bracket: 4 is the parent, 14 to 17 are the times. */
function readStat(pid: number): { name: string; parent: number; own: number; past: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const at = (number: number) => Number(fields[number - 3])
    return { name, parent: at(4), own: at(14) + at(15), past: at(16) + at(17) }
  } catch {
    return undefined
  }
}

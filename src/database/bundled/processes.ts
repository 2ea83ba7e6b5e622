import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { codeOf } from './errors.ts'

/**
 * When process `pid` started, as text that together with the pid identifies one process: pids are used again, in a
 * container nearly always the same ones. Undefined when there is no such process, or only a zombie nobody has collected.
 */
export function startOf(pid: number): string | undefined {
  if (!exists(pid)) return undefined
  if (process.platform === 'win32') return 'running'
  try {
    if (process.platform !== 'linux') {
      // "Ss   Mon Nov 23 08:54:01 2026": the state changes, the rest does not.
      const [state = 'Z', ...started] = ps(pid, 'stat', 'lstart').split(/\s+/)
      return state.startsWith('Z') ? undefined : started.join(' ')
    }
    // proc(5): the name may hold spaces and brackets, so count from the last bracket. Field 3 is the state, 22 the start
    // in ticks since boot, which is why the boot is named too.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

/** Whether process `pid` is still the one that `startOf` described as `started`. Cheap enough to ask ten times a second. */
export function isSameProcess(pid: number, started: string): boolean {
  return process.platform === 'linux' ? startOf(pid) === started : exists(pid)
}

/**
 * Whether process `pid` is the main process of a PostgreSQL on the data directory `pgdata`, by its command line. (On Linux
 * everybody may read that; `/proc/<pid>/exe` needs a capability that root in a container lacks.)
 */
export function isPostgresOn(pid: number, pgdata: string): boolean {
  if (startOf(pid) === undefined) return false
  try {
    if (process.platform === 'linux') {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return basename(words[0] ?? '') === 'postgres' && words.includes(pgdata)
    }
    if (process.platform === 'win32') {
      const filter = ['/FI', `PID eq ${pid}`, '/NH', '/FO', 'CSV']
      return execFileSync('tasklist', filter, { encoding: 'utf8', windowsHide: true }).includes('postgres.exe')
    }
    const command = ps(pid, 'command')
    return command.includes('/postgres ') && command.includes(pgdata)
  } catch {
    return false
  }
}

function exists(pid: number): boolean {
  // 0 and negative numbers would mean process groups.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function ps(pid: number, ...columns: string[]): string {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
  return execFileSync('ps', ['-ww', ...columns.flatMap((column) => ['-o', `${column}=`]), '-p', String(pid)], {
    encoding: 'utf8',
    env,
  }).trim()
}

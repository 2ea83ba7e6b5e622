import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BackupError } from './errors.ts'

const commandMax_ms = 3_600_000
// What does not end when it is asked to is ended.
const endingMax_ms = 10_000
const shownMax = 300

/**
 * Runs the operator's command, which carries the backups somewhere else: the directory is in its environment as `BACKUP_DIRECTORY`, and no
 * setting of ours is. Throws BackupError when it fails or takes more than an hour.
 */
export async function handOver(command: string, directory: string, stopping?: AbortSignal): Promise<void> {
  const foreign = Object.entries(process.env).filter(([name]) => !/^(TALLYSTICK_|DATABASE_URL$)/i.test(name))
  const isWindows = process.platform === 'win32'
  const child = spawn(command, {
    shell: true,
    env: { ...Object.fromEntries(foreign), BACKUP_DIRECTORY: directory },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that what the shell has started ends with it.
    detached: !isWindows,
    windowsHide: true,
  })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-shownMax)
  })
  const send = (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    if (isWindows) child.kill(signal)
    else process.kill(-child.pid, signal)
  }
  let killing: NodeJS.Timeout | undefined
  const end = () => {
    send('SIGTERM')
    killing ??= setTimeout(() => send('SIGKILL'), endingMax_ms)
  }
  const timer = setTimeout(end, commandMax_ms)
  stopping?.addEventListener('abort', end)
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    if (code === 0 || stopping?.aborted) return
    const how = signal === null ? `exit code ${code}` : signal
    throw new BackupError(
      `The command of TALLYSTICK_BACKUP_COMMAND failed (${how}): ${complaint.trim().replaceAll(/\s+/g, ' ') || 'it says nothing'}. The backups are whole here; try the command by hand.`,
    )
  } finally {
    clearTimeout(timer)
    clearTimeout(killing)
    stopping?.removeEventListener('abort', end)
  }
}

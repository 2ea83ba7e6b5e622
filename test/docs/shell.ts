import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What a shell printed, and how it ended. */
export type ShellResult = { output: string; errors: string; code: number | null }

// A script that waits for what never comes is ended by then, in ms, so that its test says where it was.
const limitMs = 90_000

/**
 * Runs a script in bash as a reader would paste it, with these variables exported, in a directory of its own. What it left
 * running in the background is ended with it.
 */
export async function runShell(
  script: string,
  variables: Readonly<Record<string, string>>,
  directory = process.cwd(),
): Promise<ShellResult> {
  const shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: directory,
    detached: true,
    env: { PATH: process.env.PATH, HOME: directory, NO_PROXY: '*', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors] = [text(shell.stdout), text(shell.stderr)]
  const timer = setTimeout(() => endGroup(shell.pid), limitMs)
  const [code] = (await once(shell, 'exit')) as [number | null]
  clearTimeout(timer)
  endGroup(shell.pid)
  return { output: await output, errors: await errors, code }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += chunk
  return all
}

/** The shell leads its own process group, so its id names all that it started. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

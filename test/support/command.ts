import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { inherited } from './inherited.ts'

export type CommandResult = { code: number | null; stdout: string; stderr: string }

const root = resolve(import.meta.dirname, '../..')

/** Runs a Node program of the project to its end, with only these settings in its environment. */
export async function runNode(
  file: string,
  args: string[],
  settings: Record<string, string> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [resolve(root, file), ...args], {
    cwd: root,
    env: { ...inherited(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8')
  })
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

/** Runs `tallystick` with a command. */
export const runTallystick = (args: string[], settings?: Record<string, string>) =>
  runNode('bin/tallystick.mjs', args, settings)

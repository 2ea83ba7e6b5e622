import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { inherited } from '../support/inherited.ts'

const main = resolve(import.meta.dirname, '../../src/main.ts')

/** A command that runs until it is stopped. */
export type RunningCommand = {
  /** What it has written so far, both streams. */
  output(): string
  /** Resolves when the output has this. */
  says(text: string): Promise<true>
  /** SIGINT, as Ctrl-C: returns the exit code. */
  stop(): Promise<number | null>
  /** Signal 9. */
  kill(): Promise<void>
}

/** Starts `tallystick` with a command. */
export function startTallystick(args: string[], settings: Record<string, string>): RunningCommand {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...inherited(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  }
  return {
    output: () => output,
    says: (text) => eventually<true>(() => output.includes(text) && true, `it says ${text}`, 20_000),
    stop: () => end(child, 'SIGINT'),
    kill: () => end(child, 'SIGKILL').then(() => {}),
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.kill(signal)
  return (await ended)[0]
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { eventually } from './eventually.ts'
import { inherited } from './inherited.ts'
import { tally } from './tally.ts'

const main = resolve(import.meta.dirname, '../../src/main.ts')

/** The server as an operator runs it: a process of its own, which can be killed. */
export type ChildServer = {
  url: string
  output(): string
  /** Signal 9: nothing is cleaned up. */
  kill(): Promise<void>
  /** Resolves with the exit code when it ends by itself. */
  ended(): Promise<number | null>
  /** SIGTERM: a clean stop. Returns the exit code. */
  stop(): Promise<number | null>
}

// A stop that nobody takes over from need not wait for them.
const quiet = { TALLYSTICK_LOG_LEVEL: 'warn', TALLYSTICK_DRAIN_S: '0' }

/** The setting with which a server ends itself with signal 9 at a point; `die-at.ts` says how points are named. */
export function dyingAt(point: string): Record<string, string> {
  return { DIE_AT: point, NODE_OPTIONS: `--import=${pathToFileURL(resolve(import.meta.dirname, 'die-at.ts'))}` }
}

/** Starts a server that dies at a point without anybody's doing, and waits until it has. */
export async function runUntilDeath(settings: Record<string, string>, point: string): Promise<void> {
  const child = spawnServer({ ...settings, ...dyingAt(point) }, String(await freePort()))
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8')
  })
  const tooLong = setTimeout(() => child.kill('SIGTERM'), 40_000)
  const [code, signal] = await once(child, 'exit')
  clearTimeout(tooLong)
  if (signal !== 'SIGKILL') throw new Error(`the server did not die at ${point}, but ended with ${code}: ${output}`)
  tally('fault points')
  tally('kills of the server')
}

function spawnServer(settings: Record<string, string>, port: string, program = main): ChildProcess {
  const child = spawn(process.execPath, [program, 'start'], {
    env: { ...inherited(), ...quiet, ...settings, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test that fails on the way leaves no server behind.
  const atExit = () => child.kill('SIGKILL')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
  return child
}

/** Starts `tallystick start` with these settings, of the sources or of another program, and waits until it is ready. */
export async function childServer(settings: Record<string, string>, program?: string): Promise<ChildServer> {
  const port = settings.PORT ?? String(await freePort())
  const child = spawnServer(settings, port, program)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-20_000)
    })
  }
  const url = `http://127.0.0.1:${port}`
  await eventually(() => isReady(url, child, () => output), 'the server is ready', 30_000)
  return {
    url,
    output: () => output,
    async kill() {
      await end(child, 'SIGKILL')
      tally('kills of the server')
    },
    ended: () => exitOf(child),
    stop: () => end(child, 'SIGTERM'),
  }
}

async function isReady(url: string, child: ChildProcess, output: () => string): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output()}`)
  // A port that was free a moment ago may be another server's.
  if (!output().includes('Tallystick is ready at')) return false
  return fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  )
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return child.exitCode
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

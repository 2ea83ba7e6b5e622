import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

// How long `npm start` takes to be ready, on a new data directory and on an existing one, and how much memory it uses when idle.
const rounds = 5
const port = '18391'
const program = resolve(import.meta.dirname, '../bin/tallystick.mjs')

const median = (values: number[]) =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] as number

async function startOnce(dataDir: string): Promise<{ ready_ms: number; memory_mb: number }> {
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'start'], {
    env: { ...process.env, PORT: port, TALLYSTICK_DATA_DIR: dataDir, TALLYSTICK_LOG_LEVEL: 'error' },
    stdio: 'ignore',
  })
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) break
    if (child.exitCode !== null || performance.now() - began > 30_000) throw new Error('the server did not start')
    await new Promise((done) => setTimeout(done, 5))
  }
  const ready_ms = performance.now() - began
  // By now the memory that only the start needed is free again, and the pool has only its idle connections.
  await new Promise((done) => setTimeout(done, 2_000))
  const memory_mb = await memoryOf(child.pid as number, dataDir)
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { ready_ms, memory_mb }
}

/** The proportional set size of the server and of its PostgreSQL, in MB: shared pages are counted once (Linux only). */
async function memoryOf(pid: number, dataDir: string): Promise<number> {
  let kilobytes = 0
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    const parent = /PPid:\s+(\d+)/.exec(await readFile(`/proc/${entry}/status`, 'utf8').catch(() => ''))?.[1]
    const postmaster = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]
    const ours = entry === String(pid) || entry === postmaster || parent === postmaster
    if (!ours || command === '') continue
    const rollup = await readFile(`/proc/${entry}/smaps_rollup`, 'utf8').catch(() => '')
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0)
  }
  return kilobytes / 1024
}

const first: number[] = []
const later: number[] = []
const memory: number[] = []
for (let round = 0; round < rounds; round++) {
  const dataDir = await mkdtemp(join(tmpdir(), 'tallystick-start-'))
  first.push((await startOnce(dataDir)).ready_ms)
  const again = await startOnce(dataDir)
  later.push(again.ready_ms)
  memory.push(again.memory_mb)
  process.stdout.write(`round ${round + 1} of ${rounds}\n`)
  await rm(dataDir, { recursive: true, force: true })
}
process.stdout.write(
  `first start to ready: ${median(first).toFixed(0)} ms, later: ${median(later).toFixed(0)} ms (median of ${rounds})\n`,
)
process.stdout.write(`idle: ${median(memory).toFixed(0)} MB, the server and its PostgreSQL together (PSS)\n`)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../support/child-server.ts'
import type { CommandResult } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const root = resolve(import.meta.dirname, '../..')
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let database: TestDatabase
beforeAll(async () => {
  directory = await temporaryDirectory()
  database = await testDatabase()
})
afterAll(async () => {
  await directory.remove()
  await database.drop()
})

// A Node that takes itself for an old one. What it starts does not: options of Node are not passed on.
const old = ['--import', 'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"20.1.0"}})']

function startOld(folder: string, args: string[], settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, [...old, join(folder, 'bin/tallystick.mjs'), ...args], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString('utf8')
    })
  }
  return { child, output, ended: once(child, 'close') }
}

async function runOld(folder: string, args: string[]): Promise<CommandResult> {
  const { child, output, ended } = startOld(folder, args)
  await ended
  return { code: child.exitCode, ...output }
}

describe('a Node that is too old', () => {
  test('runs the command with the one that was installed with the program, and ends as that ends', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect(await runOld(root, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect(await runOld(root, ['strat'])).toMatchObject({ code: 2, stdout: '' })
  })

  test('passes the signal on by which the server is stopped, and waits for that', async () => {
    const port = String(await freePort())
    const { child, output, ended } = startOld(root, ['start', '--port', port], {
      DATABASE_URL: database.url,
      TALLYSTICK_HOST: '127.0.0.1',
      TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this test only',
      TALLYSTICK_DRAIN_S: '0',
    })
    await eventually(() => output.stdout.includes('is ready at'), 'the server is ready', 30_000)
    child.kill('SIGINT')
    await ended
    expect(child.exitCode).toBe(0)
    expect(output.stderr).toMatch(/"stopped"/)
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  })

  test('says in one line which is needed when there is none', async () => {
    await cp(join(root, 'bin'), join(directory.path, 'bin'), { recursive: true })
    const { code, stdout, stderr } = await runOld(directory.path, ['start'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Tallystick needs Node 22\.18 or newer and found 20\.1\.0, and .+: install Node 24, .+\n$/)
  })

  test('is one that is older than package.json asks for', async () => {
    const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect(engines.node).toBe('>=22.18')
  })
})

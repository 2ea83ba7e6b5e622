import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { findBinaries, prepareBinaries, program } from '../../src/database/bundled/binaries.ts'
import { type BundledServer, BundledServerError, startBundledServer } from '../../src/database/bundled/index.ts'
import { isPostgresOn, startOf } from '../../src/database/bundled/processes.ts'
import { blockedFolder } from '../../src/database/bundled/runner.ts'

const SOURCES = fileURLToPath(new URL('../../src/database/bundled/', import.meta.url))
const IS_ROOT = process.getuid?.() === 0
const NOBODY = { uid: 65534, gid: 65534 }
const NOBODY_CAN_RUN_THIS =
  IS_ROOT && [process.execPath, SOURCES].every((path) => blockedFolder(realpathSync(path), NOBODY) === undefined)

const directories: string[] = []
const children: ChildProcess[] = []

function newDirectory(mode = 0o700): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tallystick-')))
  chmodSync(directory, mode)
  directories.push(directory)
  return directory
}

function start(data_dir: string, log: (message: string) => void = () => {}): Promise<BundledServer> {
  return startBundledServer({ data_dir, log })
}

/** The one line that starting there is refused with. */
async function refusal(data_dir: string): Promise<string> {
  const error = await start(data_dir).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(BundledServerError)
  const { message } = error as Error
  expect(message).not.toContain('\n')
  return message
}

async function query(server: BundledServer, sql: string): Promise<unknown[]> {
  const client = new Client(server.connection('postgres'))
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

function spawned(child: ChildProcess): ChildProcess {
  children.push(child)
  return child
}

/** Runs `body` in another Node process and resolves with it and the first line it prints. */
async function inChild(body: string, as: { uid?: number; gid?: number } = {}): Promise<[ChildProcess, string]> {
  const script = `
    import { startBundledServer } from ${JSON.stringify(join(SOURCES, 'index.ts'))}
    import { takeLock } from ${JSON.stringify(join(SOURCES, 'lock.ts'))}
    setInterval(() => {}, 1000)
    try { ${body} } catch (error) { console.log(error.message) }`
  const words = ['--input-type=module', '-e', script]
  const child = spawned(spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], ...as }))
  if (child.stdout === null) throw new Error('a piped stream is there')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return [child, line]
}

function startInChild(data_dir: string, as = {}): Promise<[ChildProcess, string]> {
  const options = `{ data_dir: ${JSON.stringify(data_dir)}, log() {} }`
  return inChild(`console.log((await startBundledServer(${options})).how)`, as)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

function postmasterPid(data_dir: string): number {
  return Number(readFileSync(join(data_dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}

afterEach(async () => {
  for (const child of children.splice(0)) await end(child)
  for (const directory of directories.splice(0)) {
    // A failed test may leave a server behind; the identity check keeps this from ending anything else.
    const pgdata = join(directory, 'postgres')
    const pid = existsSync(join(pgdata, 'postmaster.pid')) ? postmasterPid(directory) : 0
    if (isPostgresOn(pid, pgdata)) {
      process.kill(pid, 'SIGQUIT')
      await expect.poll(() => startOf(pid), { timeout: 5_000 }).toBeUndefined()
    }
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
})

describe('a first start', { timeout: 20_000 }, () => {
  it('creates a durable, checksummed UTF-8 database that sorts by code point and leaves other files alone', async () => {
    const directory = newDirectory()
    writeFileSync(join(directory, 'key'), 'secret', { mode: 0o600 })
    const server = await start(directory)
    expect(server.how).toBe('started')
    const settings = ['data_checksums', 'fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding']
    const shown = settings.map((name) => `current_setting('${name}')`).join(', ')
    expect(await query(server, `select ${shown}`)).toEqual(['on', 'on', 'on', 'on', 'UTF8'])
    expect(await query(server, `select current_setting('listen_addresses'), current_setting('TimeZone')`)).toEqual([
      '',
      'UTC',
    ])
    expect(await query(server, `select upper('é'), 'Z' < 'a', 'z' < 'é'`)).toEqual(['É', true, true])
    const wrong = new Client({ ...server.connection('postgres'), password: 'wrong' })
    await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' })
    await server.stop()
    await server.stop()
    expect(readdirSync(directory).sort()).toEqual(['key', 'password', 'postgres', 'postgres.log', 'socket'])
    expect(readFileSync(join(directory, 'key'), 'utf8')).toBe('secret')
    expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(IS_ROOT ? 0o711 : 0o700)
  })

  it('starts over after an initdb that was killed half way', async () => {
    const directory = newDirectory()
    mkdirSync(join(directory, 'postgres.new-abc', 'data', 'base'), { recursive: true })
    writeFileSync(join(directory, 'postgres.new-abc', 'data', 'PG_VERSION'), '18\n')
    const server = await start(directory)
    expect(await query(server, 'select 1')).toEqual([1])
    await server.stop()
    expect(readdirSync(directory).filter((name) => name.startsWith('postgres.new'))).toEqual([])
  })

  it('listens on the loopback address when the path is too long for a socket', async () => {
    const directory = join(newDirectory(0o711), 'a-very-long-name'.repeat(6))
    const server = await start(directory)
    expect(server.connection('postgres').host).toBe('127.0.0.1')
    expect(await query(server, 'select 1')).toEqual([1])
    await server.stop()
  })

  it('copes with a comma, a quote and a space in the path', async () => {
    const directory = join(newDirectory(0o711), `a, "b" 'c'`)
    const server = await start(directory)
    expect(server.connection('postgres').host).toBe(join(directory, 'socket'))
    expect(await query(server, 'select 1')).toEqual([1])
    await server.stop()
  })

  it.runIf(NOBODY_CAN_RUN_THIS)(
    'works for an ordinary user, whose directory root can use without taking it',
    async () => {
      const directory = newDirectory()
      chownSync(directory, NOBODY.uid, NOBODY.gid)
      const [child, line] = await startInChild(directory, NOBODY)
      expect(line).toBe('started')
      await end(child)
      const server = await start(directory)
      expect(server.how).toBe('reattached')
      await server.stop()
      const [, again] = await startInChild(directory, NOBODY)
      expect(again).toBe('started')
    },
  )
})

describe('a later start', { timeout: 20_000 }, () => {
  it('finds the data, with other settings if asked, and shortens a log over 10 MB', async () => {
    const directory = newDirectory()
    const first = await start(directory)
    await query(first, 'create table kept as select 42 as value')
    await first.stop()
    truncateSync(join(directory, 'postgres.log'), 11 * 1024 * 1024)
    const second = await startBundledServer({ data_dir: directory, log() {}, settings: { shared_buffers: '16MB' } })
    expect(await query(second, `select value, current_setting('shared_buffers') from kept`)).toEqual([42, '16MB'])
    expect(statSync(join(directory, 'postgres.log')).size).toBeLessThan(10_000)
    await second.stop()
  })

  it('re-attaches when the process that started it was killed, and notices when that server dies', async () => {
    const directory = newDirectory()
    const [child, line] = await startInChild(directory)
    expect(line).toBe('started')
    const pid = postmasterPid(directory)
    await end(child)
    const server = await start(directory)
    expect(server.how).toBe('reattached')
    expect(postmasterPid(directory)).toBe(pid)
    expect(await query(server, 'select 1')).toEqual([1])
    process.kill(pid, 'SIGKILL')
    expect(await server.died).toContain(`PostgreSQL (process ${pid}) ended without being asked to`)
    await server.stop()
  })

  it('restarts a server left running with other settings', async () => {
    const directory = newDirectory()
    const [child] = await startInChild(directory)
    const pid = postmasterPid(directory)
    await end(child)
    const server = await startBundledServer({ data_dir: directory, log() {}, settings: { shared_buffers: '16MB' } })
    expect(server.how).toBe('started')
    expect(startOf(pid)).toBeUndefined()
    expect(await query(server, `select current_setting('shared_buffers')`)).toEqual(['16MB'])
    await server.stop()
  })

  it('recovers what was committed when PostgreSQL itself was killed, and says that it died', async () => {
    const directory = newDirectory()
    const first = await start(directory)
    await query(first, 'create table kept as select generate_series(1, 1000) as value')
    process.kill(postmasterPid(directory), 'SIGKILL')
    expect(await first.died).toMatch(/^PostgreSQL \(process \d+\) was ended by SIGKILL without being asked to: /)
    await first.stop()
    const second = await start(directory)
    expect(await query(second, 'select count(*)::int from kept')).toEqual([1000])
    await second.stop()
  })

  it('starts although the number of a killed server belongs to another process now', async () => {
    const directory = newDirectory()
    const first = await start(directory)
    process.kill(postmasterPid(directory), 'SIGKILL')
    await first.died
    await first.stop()
    const other = spawned(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], IS_ROOT ? NOBODY : {}))
    const file = join(directory, 'postgres', 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(other.pid)))
    const second = await start(directory)
    expect(await query(second, 'select 1')).toEqual([1])
    expect(other.exitCode ?? other.signalCode).toBeNull()
    await second.stop()
  })

  it('says in one line why PostgreSQL did not start', async () => {
    const directory = newDirectory()
    const settings = { shared_buffers: 'plenty' }
    const reason = await startBundledServer({ data_dir: directory, log() {}, settings }).catch((error: Error) => error)
    expect(reason).toBeInstanceOf(BundledServerError)
    expect(String(reason)).toMatch(/PostgreSQL did not start: .*shared_buffers.*plenty.*postgres\.log\)$/)
    expect(existsSync(join(directory, 'lock'))).toBe(false)
  })
})

describe('a server that cannot be seen from here', { timeout: 20_000 }, () => {
  it('is not joined by a second one on the same directory', async () => {
    const directory = newDirectory()
    const [child] = await startInChild(directory)
    await end(child)
    const file = join(directory, 'postgres', 'postmaster.pid')
    const content = readFileSync(file, 'utf8')
    // The number of a process in another container leads nowhere, or to something else.
    writeFileSync(file, content.replace(/^\d+/, String(process.pid)))
    expect(await refusal(directory)).toContain(`Another PostgreSQL, in another container perhaps, uses ${directory}`)
    writeFileSync(file, content)
    const server = await start(directory)
    expect(server.how).toBe('reattached')
    await server.stop()
  })
})

describe('the lock', { timeout: 20_000 }, () => {
  it('refuses a second process with one line naming the directory and the first process', async () => {
    const directory = newDirectory()
    const server = await start(directory)
    const [, line] = await startInChild(directory)
    expect(line).toBe(
      `The data directory ${directory} is in use by process ${process.pid}: stop that process, or set TALLYSTICK_DATA_DIR to another directory`,
    )
    expect(await refusal(directory)).toContain(`is in use by process ${process.pid}`)
    expect(await query(server, 'select 1')).toEqual([1])
    await server.stop()
  })

  it('is taken over from a dead process by exactly one of several, also from one whose number is used again', async () => {
    const directory = newDirectory()
    const stale = { id: '0123456789abcdef', pid: process.pid, started: 'another time' }
    writeFileSync(join(directory, 'lock'), JSON.stringify(stale))
    // One that died while taking over, too.
    writeFileSync(join(directory, `lock.${stale.id}`), JSON.stringify({ ...stale, id: 'fedcba9876543210' }))
    const take = `takeLock(${JSON.stringify(directory)}); console.log('taken')`
    const lines = (await Promise.all([1, 2, 3, 4].map(() => inChild(take)))).map(([, line]) => line)
    expect(lines.filter((line) => line === 'taken')).toHaveLength(1)
    expect(lines.filter((line) => line.includes('is in use by process'))).toHaveLength(3)
    expect(readdirSync(directory)).toEqual(['lock'])
  })

  it('that a power cut left empty is taken over', async () => {
    const directory = newDirectory()
    writeFileSync(join(directory, 'lock'), '')
    const [, line] = await inChild(`takeLock(${JSON.stringify(directory)}); console.log('taken')`)
    expect(line).toBe('taken')
  })
})

describe('a refusal in one line', { timeout: 20_000 }, () => {
  it('names both versions when another major version wrote the database', async () => {
    const directory = newDirectory()
    mkdirSync(join(directory, 'postgres'), { mode: 0o700 })
    writeFileSync(join(directory, 'postgres', 'PG_VERSION'), '17\n')
    writeFileSync(join(directory, 'password'), 'x\n')
    const [major] = findBinaries().version.split('.')
    expect(await refusal(directory)).toContain(
      `was written by PostgreSQL 17 and this release brings PostgreSQL ${major}: run tallystick upgrade-database, which docs/guides/upgrading.md explains`,
    )
    expect(existsSync(join(directory, 'lock'))).toBe(false)
  })

  it('says that a foreign folder is not a database, and that a password is missing', async () => {
    const directory = newDirectory()
    mkdirSync(join(directory, 'postgres'), { mode: 0o700 })
    expect(await refusal(directory)).toContain('password is missing')
    writeFileSync(join(directory, 'password'), 'x\n')
    expect(await refusal(directory)).toContain('is not a PostgreSQL data directory: move it away')
  })

  it('tells a app without binaries to set DATABASE_URL', () => {
    expect(() => findBinaries('sunos', 'sparc')).toThrow(
      'There is no bundled PostgreSQL for sunos-sparc: set DATABASE_URL to a PostgreSQL 15 or newer',
    )
  })

  it.runIf(IS_ROOT)('names the folder that the unprivileged user may not pass', async () => {
    const closed = newDirectory()
    expect(await refusal(join(closed, 'data'))).toContain(
      `which may not pass the folder ${closed}: set TALLYSTICK_DATA_DIR`,
    )
  })

  it('says that the directory cannot be used when its place is a file', async () => {
    const file = join(newDirectory(), 'file')
    writeFileSync(file, '')
    expect(await refusal(file)).toContain(`The data directory ${file} cannot be used`)
  })
})

describe('binaries', { timeout: 20_000 }, () => {
  function copyOfPackage(withLinks: boolean): { native: string; version: string } {
    const native = join(newDirectory(), 'native')
    const options = { recursive: true, verbatimSymlinks: true }
    cpSync(findBinaries().native, native, { ...options, filter: (path) => withLinks || !isLibraryLink(path) })
    return { native, version: '18.0.0' }
  }

  function isLibraryLink(path: string): boolean {
    return /libicu\w+\.so(\.60)?$/.test(path)
  }

  it('get the library links that a blocked install script did not make', async () => {
    const installed = copyOfPackage(false)
    expect(existsSync(join(installed.native, 'lib', 'libicuuc.so.60'))).toBe(false)
    expect(await prepareBinaries(installed, newDirectory())).toEqual(installed)
    expect(execFileSync(program(installed, 'postgres'), ['--version'], { encoding: 'utf8' })).toContain('PostgreSQL')
  })

  it.runIf(IS_ROOT)('are copied to where the unprivileged user can run them, and older copies go', async () => {
    const installed = copyOfPackage(true)
    const data = newDirectory(0o711)
    expect(blockedFolder(program(installed, 'postgres'), NOBODY)).toBe(dirname(installed.native))
    mkdirSync(join(data, 'binaries', '17.0.0'), { recursive: true })
    const usable = await prepareBinaries(installed, data, NOBODY)
    expect(usable.native).toBe(join(data, 'binaries', '18.0.0'))
    expect(readdirSync(join(data, 'binaries'))).toEqual(['18.0.0'])
    rmSync(installed.native, { recursive: true })
    const options = { ...NOBODY, encoding: 'utf8', cwd: data } as const
    expect(execFileSync(program(usable, 'initdb'), ['--version'], options)).toContain('PostgreSQL')
    expect(execFileSync(program(usable, 'postgres'), ['--version'], options)).toContain('PostgreSQL')
  })
})

import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type OwnPostgres, ownPostgres } from './own-postgres.ts'
import { expectExactlyOnce, expectKindAnswers, makePayer, startTraffic, watchReadiness } from './traffic.ts'

/** What is full, and how it comes to have room again. */
type Disk = { fill(): Promise<void>; free(): Promise<void> }

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let mounted: boolean
let postgres: OwnPostgres
let server: TestServer
const logged: string[] = []
beforeAll(async () => {
  directory = await temporaryDirectory()
  mounted = mountSmallDisk(directory.path)
  postgres = await ownPostgres(directory.path)
  const note = (_facts: object, message: string) => void logged.push(message)
  server = await testServer({ database: postgres.database, log: { debug() {}, info: note, warn: note, error: note } })
})
afterAll(async () => {
  await server.stop()
  await postgres.database.drop()
  await postgres.stop()
  if (mounted) execFileSync('umount', [directory.path])
  await directory.remove()
})

/** A disk that is soon full. Not every machine lets its tests mount one. */
function mountSmallDisk(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m,mode=0777', 'tmpfs', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The small disk with a file that takes all its room; without one a table that says what PostgreSQL says of a full disk. */
function disk(): Disk {
  const ballast = join(directory.path, 'ballast')
  if (mounted) return { fill: async () => fillWith(ballast), free: async () => rmSync(ballast) }
  const { owner } = postgres.database
  return {
    async fill() {
      await owner.query(`
        create function no_room() returns trigger language plpgsql as $$
        begin raise 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
        create trigger no_room before insert on payment execute function no_room()`)
    },
    async free() {
      await owner.query('drop trigger no_room on payment; drop function no_room()')
    },
  }
}

function fillWith(path: string): void {
  const file = openSync(path, 'w')
  for (let size = 1 << 20; size >= 1 << 12; ) {
    try {
      writeSync(file, Buffer.alloc(size))
    } catch {
      size >>= 1
    }
  }
  closeSync(file)
}

test('a full disk is a 503, told of once; freed, it is as it was, and each payment is there once', {
  timeout: 60_000,
}, async () => {
  const payers = await Promise.all(Array.from({ length: 12 }, (_, index) => makePayer(server, `payer ${index}`)))
  const traffic = startTraffic(server, payers)
  const readiness = watchReadiness(server.url)
  await eventually(() => traffic.answers.length > 100, 'payments are made')
  const { fill, free } = disk()
  await fill()
  // The pages that are there have room for some more.
  await eventually(
    () => traffic.answers.filter(({ status }) => status === 503).length > 30,
    'payments are refused',
    20_000,
  )
  const refused = performance.now()
  await eventually(() => readiness.ready.some(({ ok, at_ms }) => !ok && at_ms > refused - 3_000), 'not ready', 3_000)
  expect((await server.api('GET', `/billing/accounts/${payers[0]?.account}`)).status).toBe(200)
  await free()
  const before = traffic.answers.length
  await eventually(() => traffic.answers.slice(before).some(({ status }) => status === 201), 'a payment is made again')
  await eventually(() => readiness.ready.at(-1)?.ok, 'the server is ready', 3_000)
  await Promise.all([readiness.stop(), traffic.stop()])
  expectKindAnswers(traffic.answers)
  expect(logged.filter((message) => message.startsWith('the database is unavailable'))).toHaveLength(1)
  expect(logged.filter((message) => message === 'a request failed')).toEqual([])
  await expectExactlyOnce(server, payers, traffic.answers)
  await eventually(
    () => logged.includes('nothing has found the database unavailable for ten seconds'),
    'it is over',
    15_000,
  )
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { addBase, type Base, basesFolder, listBases } from '../../src/database/backup/bases.ts'
import { BackupBusy, BackupError } from '../../src/database/backup/errors.ts'
import { importTables } from '../../src/database/backup/import.ts'
import { keepBackups } from '../../src/database/backup/keep.ts'
import { withReplication } from '../../src/database/backup/replication.ts'
import { findBackups, planRestore, restore, restoreInto } from '../../src/database/backup/restore.ts'
import { prune, takenBy, whyDue } from '../../src/database/backup/room.ts'
import { listSegments } from '../../src/database/backup/wal.ts'
import { segmentAt } from '../../src/database/backup/wal-names.ts'
import { startBundledServer } from '../../src/database/bundled/index.ts'
import { backUp } from '../../src/jobs/back-up.ts'
import { runTallystick } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { tally } from '../support/tally.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { contentsOf, payUntil, type Sent, startBackedUp } from './place.ts'

// Copies of a whole PostgreSQL: on a busy disk they take longer than other tests may.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 })

// How many moments under load are restored: 20 of them take five minutes.
const restores = Number(process.env.RESTORES ?? 1)
const seed = seedOf('RESTORE_SEED')
const load_ms = 500 + restores * 500

let source: Awaited<ReturnType<typeof startBackedUp>>
let directory: string
let sent: Sent[]
const places: Awaited<ReturnType<typeof temporaryDirectory>>[] = []
const newPlace = async () => {
  const place = await temporaryDirectory()
  places.push(place)
  return place.path
}

const keep = (make: 'now' | 'when-due' | 'never' = 'now', stopping?: AbortSignal) =>
  keepBackups(source.backedUp, { make, checkpoint: 'fast', ...(stopping && { stopping }) })
/** Changes a bit of a file. */
const flip = (file: string, place_of: (length: number) => number) => {
  const bytes = readFileSync(file)
  const place = Math.floor(place_of(bytes.length))
  bytes[place] = (bytes[place] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
const newestBase = async () => (await listBases(directory)).bases.at(-1) as Base
const restoreCopy = async (from: string, to_time?: Date) => {
  let contents: Awaited<ReturnType<typeof contentsOf>> | undefined
  const restored = await restoreInto(await newPlace(), { from, to_time, progress: () => {} }, async (copy) => {
    contents = await contentsOf(copy)
  })
  return { ...restored, contents }
}

beforeAll(async () => {
  source = await startBackedUp()
  const { server } = source
  await server.api('POST', '/billing/customers', { external_reference: 'payer' })
  const opened = { customer: 'payer', external_reference: 'debt', currency: 'ZAR', balance: 1_000_000 }
  expect((await server.api('POST', '/billing/accounts', opened)).status).toBe(201)
  // The first backup is made while payments are being made.
  let isOver = false
  const paying = payUntil(server, 'debt', () => isOver, 3)
  await keep()
  await new Promise((done) => setTimeout(done, load_ms))
  isOver = true
  sent = await paying
  directory = await source.directory()
  await source.archive()
})
afterAll(async () => {
  await source.stop()
  for (const place of places) await place.remove()
})

describe('a restored copy', () => {
  test(`holds at any moment what was acknowledged before it and nothing that was sent after it, and its books are right (RESTORE_SEED=${seed})`, async () => {
    const from = Date.parse((await newestBase()).ended_at)
    const until = Math.max(...sent.map(({ answered_at }) => answered_at))
    const random = seededRandom(seed)
    for (let count = 0; count < restores; count++) {
      const moment = new Date(from + Math.ceil(random() * (until - from)))
      const { contents, ended_before } = await restoreCopy(directory, moment)
      const { references = new Set(), broken } = contents ?? {}
      const missing = sent.filter((one) => one.answered_at < moment.getTime() && !references.has(one.reference))
      const early = sent.filter((one) => one.sent_at > moment.getTime() && references.has(one.reference))
      expect({ moment, missing, early, broken, ended_before }).toMatchObject({
        missing: [],
        early: [],
        broken: [],
        ended_before: false,
      })
      tally('restores')
    }
  })

  test('is tried by a drill, which says what it looked at and leaves nothing', async () => {
    const temporary = await newPlace()
    // As the place for temporary files is: whoever PostgreSQL runs as may pass.
    chmodSync(temporary, 0o711)
    const settings = { TALLYSTICK_DATA_DIR: source.backedUp.data_dir, TMPDIR: temporary }
    const { code, stdout, stderr } = await runTallystick(['restore', '--drill'], settings)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/\d+ tables and \d+ indexes, 0 faults\nChecking the books\n {2}\d+ invariants hold\n/)
    expect(stdout).toContain('The drill went well')
    expect(readdirSync(temporary)).toEqual([])
  })

  test('of a later moment than the log has says so, goes on in the same backup directory on a timeline of its own, and is backed up at once', async () => {
    const place = await newPlace()
    chmodSync(place, 0o711)
    const settings = { ...source.backedUp.settings, directory: join(place, 'backup') }
    cpSync(source.backedUp.settings.directory, settings.directory, { recursive: true })
    const data_dir = join(place, 'new')
    const told: string[] = []
    const progress = (message: string) => told.push(message)
    const { ended_before, last_change } = await restore(data_dir, {
      from: settings.directory,
      to_time: new Date(),
      progress,
    })
    expect(ended_before).toBe(true)
    expect(last_change?.getTime()).toBeGreaterThanOrEqual(Math.max(...sent.map(({ sent_at }) => sent_at)))
    expect(told.join('\n')).toMatch(
      /^Unpacking the backup .*\nUnpacking \d+ segments of the archived log\n.*Replaying/s,
    )
    const restored = await startBundledServer({ data_dir, log: () => {}, backup_dir: settings.directory })
    try {
      const backedUp = { connection: restored.connection('postgres'), data_dir, settings }
      const { made, warnings } = await keepBackups(backedUp, { make: 'when-due', checkpoint: 'fast' })
      expect([made?.end.timeline, warnings]).toEqual([2, []])
      const again = await keepBackups(backedUp, { make: 'when-due', checkpoint: 'fast' })
      expect([again.made, again.archive_fault]).toEqual([undefined, undefined])
    } finally {
      await restored.stop()
    }
    const { base, contents } = await restoreCopy(settings.directory)
    expect([base.end.timeline, contents?.references.size, contents?.broken]).toEqual([2, sent.length, []])
  })

  test('is never put where something is', async () => {
    const place = await newPlace()
    writeFileSync(join(place, 'kept'), 'kept')
    const refused = restore(place, { from: directory, to_time: undefined, progress: () => {} })
    await expect(refused).rejects.toThrow(`${place} is there already and nothing is overwritten: name a new directory.`)
    expect(readdirSync(place)).toEqual(['kept'])
  })

  test('of a moment before the first backup there is none', async () => {
    const refused = restoreCopy(directory, new Date(0))
    await expect(refused).rejects.toThrow(/The first backup there is was complete at .*: name a later moment\./)
  })
})

describe('a backup that is not as it was made', () => {
  /** A copy of the backups, of which one file is changed. */
  async function broken(change: (base: string, copy: string) => void): Promise<string> {
    const copy = await newPlace()
    cpSync(directory, copy, { recursive: true })
    change(join(basesFolder(copy), (await newestBase()).name), copy)
    return copy
  }
  const refusal = async (copy: string) => {
    const error = await restoreCopy(copy).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BackupError)
    return (error as Error).message
  }

  const half = (length: number) => length / 2

  test('a changed byte in its archive', async () => {
    const copy = await broken((base) => flip(join(base, 'base.tar.gz'), half))
    expect(await refusal(copy)).toMatch(/^The backup .* is broken: .* Restore from another one\.$/)
  })

  test('an archive that breaks off, and one that is gone', async () => {
    const torn = await broken((base) => {
      const file = join(base, 'base.tar.gz')
      writeFileSync(file, readFileSync(file).subarray(0, 100_000))
    })
    expect(await refusal(torn)).toMatch(/is broken: .*unexpected end of file/)
    expect(await refusal(await broken((base) => rmSync(join(base, 'base.tar.gz'))))).toMatch(/is broken: .*ENOENT/)
  })

  test('a changed manifest, and a changed record', async () => {
    const manifest = await broken((base) => flip(join(base, 'backup_manifest'), half))
    expect(await refusal(manifest)).toMatch(/is broken: The manifest of the backup is broken\./)
    const record = await broken((base) => flip(join(base, 'backup.json'), half))
    expect(await refusal(record)).toMatch(/^There is no whole backup in .* The record of .* is broken or missing\.$/)
  })

  test('a changed byte in the archived log', async () => {
    await keep('never')
    const segments = await listSegments(directory)
    expect(segments.every(({ compressed }) => compressed)).toBe(true)
    // Its own checksum: a byte elsewhere in a run of zeros may change and mean the same.
    const checksum = (length: number) => length - 6
    const name = `${segments.at(-1)?.name}.gz`
    const copy = await broken((_base, root) => flip(join(root, 'wal', name), checksum))
    expect(await refusal(copy)).toMatch(
      /^The archived log .* is broken .*: restore to a time before it, with --to-time/,
    )
  })

  test('backups of two databases in one directory are told apart', async () => {
    const both = await newPlace()
    for (const name of ['1111111111111111111', '2222222222222222222']) {
      cpSync(directory, join(both, name), { recursive: true })
    }
    await expect(findBackups(both)).rejects.toThrow(/There are backups of 2 databases, so name one with --from: /)
    await expect(findBackups(await newPlace())).rejects.toThrow(/There are no backups in .*: name their directory/)
  })
})

describe('making one', () => {
  const unfinished = () => readdirSync(basesFolder(directory)).filter((name) => name.endsWith('.part'))

  test('is refused while another is being made', async () => {
    const { connection } = source.backedUp
    await withReplication(connection, () => expect(keep()).rejects.toBeInstanceOf(BackupBusy))
  })

  test('leaves nothing when the disk is full', async () => {
    const before = await listBases(directory)
    const full = addBase(directory, new Date(), async (folder) => {
      writeFileSync(join(folder, 'base.tar.gz'), 'a beginning')
      writeFileSync('/dev/full', 'x')
      throw new Error('not reached')
    })
    await expect(full).rejects.toThrow(
      /^The disk of .*bases is full, and what was begun there was removed: make room, or use another disk\.$/,
    )
    expect(unfinished()).toEqual([])
    expect(await listBases(directory)).toEqual(before)
  })

  test('ends when the server stops', async () => {
    const stopping = new AbortController()
    const before = await listBases(directory)
    const making = keep('now', stopping.signal)
    await eventually(() => unfinished().length > 0, 'it has begun', 60_000)
    stopping.abort()
    await expect(making).rejects.toThrow()
    expect(await listBases(directory)).toEqual(before)
  })

  test('that was killed counts for nothing, and the next one removes what it left', async () => {
    const before = (await listBases(directory)).bases
    const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../src/main.ts'), 'backup'], {
      env: { PATH: process.env.PATH, TALLYSTICK_DATA_DIR: source.backedUp.data_dir },
      stdio: 'ignore',
    })
    const ended = once(child, 'exit')
    await eventually(
      () => unfinished().some((name) => existsSync(join(basesFolder(directory), name, 'base.tar.gz'))),
      'it writes',
      60_000,
    )
    child.kill('SIGKILL')
    expect((await ended)[1]).toBe('SIGKILL')
    expect(unfinished()).toHaveLength(1)
    expect((await listBases(directory)).bases).toEqual(before)
    // PostgreSQL notices within moments that nobody reads, and gives the lock back.
    const { made } = await eventually(() => keep().catch(() => undefined), 'the next one is made', 60_000)
    expect((await listBases(directory)).bases).toEqual([...before, made])
    expect(unfinished()).toEqual([])
  })
})

describe('an export of all rows', () => {
  test('is written beside the server, and fills an empty database with the same rows and right books', async () => {
    const folder = join(await newPlace(), 'export')
    const settings = { TALLYSTICK_DATA_DIR: source.backedUp.data_dir }
    const { code, stdout, stderr } = await runTallystick(['backup', '--logical', '--to', folder], settings)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/payment: \d+ rows\n.*is whole: \d+ tables\.\nThe encryption key is NOT in it/s)
    expect(readdirSync(join(folder, '..'))).toEqual(['export'])

    const copy = await source.newDatabase('copy')
    const { tables } = await importTables(copy.owner, folder, copy.serverRole, () => {})
    expect(tables.find(({ name }) => name === 'payment')?.rows).toBe(sent.length)
    expect(await copy.contents()).toEqual(await source.contents())
    await expect(importTables(copy.owner, folder, copy.serverRole, () => {})).rejects.toThrow(
      /^There is already a table in the database, \w+, and nothing is overwritten: create a new database/,
    )

    const other = await source.newDatabase('other')
    flip(join(folder, 'ledger_entry.copy.gz'), (length) => length - 6)
    await expect(importTables(other.owner, folder, other.serverRole, () => {})).rejects.toThrow(
      /^.*ledger_entry\.copy\.gz could not be restored: .*\. Nothing of the export was written; use another one\.$/,
    )
    rmSync(join(folder, 'export.json'))
    await expect(importTables(other.owner, folder, other.serverRole, () => {})).rejects.toThrow(/no whole export in/)
  })
})

describe('keeping them', () => {
  const due = async (now = new Date(), every_ms = 3_600_000, room_bytes = 1e9) =>
    whyDue(directory, { every_ms, room_bytes, timeline: 1, now })

  test('a backup is due by its age, by a gap in the log, and when the log takes too much', async () => {
    expect(await due()).toBeUndefined()
    expect(await due(new Date(Date.now() + 3_600_000))).toBe('the newest is old enough')
    expect(await due(new Date(), 3_600_000, 1_000)).toBe('the log behind the newest takes half of the room')
    expect(await whyDue(await newPlace(), { every_ms: 1, room_bytes: 1, timeline: 1, now: new Date() })).toBe(
      'there is none yet',
    )
    expect(await whyDue(directory, { every_ms: 3_600_000, room_bytes: 1e9, timeline: 2, now: new Date() })).toBe(
      'the database was restored since',
    )
  })

  test('the job waits for a minute, makes what is due, tells its figures, and hands over', async () => {
    const { clock, app } = source.server
    let now = clock.now()
    const logged: object[] = []
    const log = { ...app.log, info: (facts: object) => logged.push(facts) }
    const marks = await newPlace()
    const command = `echo "$BACKUP_DIRECTORY$TALLYSTICK_DATA_DIR" >> "${join(marks, 'runs')}"`
    const settings = { ...source.backedUp.settings, every_ms: 1, command }
    const job = backUp({ clock: { now: () => now }, log, figures: app.figures }, { ...source.backedUp, settings })
    const run = () => job.run(new AbortController().signal)
    const count = (await listBases(directory)).bases.length
    await run()
    expect((await listBases(directory)).bases).toHaveLength(count)
    now = new Date(now.getTime() + 60_000)
    // It does not hurry, but there is nothing left to write.
    await source.superuser.query('checkpoint')
    await run()
    const { bases } = await listBases(directory)
    expect(bases).toHaveLength(count + 1)
    expect(logged).toEqual([{ backup: bases.at(-1)?.name, bytes: bases.at(-1)?.archive.bytes }])
    expect(app.figures.backup).toMatchObject({ last_at: new Date(bases.at(-1)?.ended_at ?? 0), every_ms: 1 })
    const { body } = await source.server.api('GET', '/readyz')
    expect(body.backup).toEqual({ last_at: bases.at(-1)?.ended_at, age_s: expect.any(Number) })
    const runs = readFileSync(join(marks, 'runs'), 'utf8').trim().split('\n')
    expect(new Set(runs)).toEqual(new Set([directory]))
    expect(runs.length).toBeGreaterThan(0)
    const failing = backUp(
      { clock: { now: () => now }, log, figures: app.figures },
      {
        ...source.backedUp,
        settings: { ...settings, command: 'echo no such bucket >&2; exit 3' },
      },
    )
    await source.archive()
    await expect(failing.run(new AbortController().signal)).rejects.toThrow(
      /TALLYSTICK_BACKUP_COMMAND failed \(exit code 3\): no such bucket\. The backups are whole here/,
    )
    app.figures.backup = undefined
  })

  test('the oldest go to stay within the room, the newest stays, and the log goes before the database stops', async () => {
    const pruned = async (room_bytes: number, needed_bytes: number, now = new Date()) =>
      prune(directory, { taken_bytes: await takenBy(directory), room_bytes, needed_bytes }, now)
    const { bases } = await listBases(directory)
    expect(bases.length).toBeGreaterThan(1)
    await source.archive()
    const [first, second] = bases as [Base, Base]
    const between = await planRestore(directory, new Date(first.ended_at))
    expect([between.base, between.is_covered]).toEqual([first, true])
    expect(between.segments.at(-1)?.number).toBe(segmentAt(second.end).number)
    const latest = await planRestore(directory, new Date())
    expect([latest.base, latest.is_covered]).toEqual([bases.at(-1), false])
    const kept = await pruned(1e9, 0)
    expect(kept).toMatchObject({ bases, gave_up_wal: false })
    const fewer = await pruned(kept.taken_bytes, 1)
    expect(fewer.bases).toEqual(bases.slice(1))
    expect(fewer.taken_bytes).toBeLessThan(kept.taken_bytes)
    const old = await pruned(1e9, 0, new Date(Date.now() + 31 * 24 * 3_600_000))
    expect(old.bases).toEqual(bases.slice(-1))
    const least = await pruned(1_000, 0)
    expect(least).toMatchObject({ bases: bases.slice(-1), gave_up_wal: true })
    await source.archive()
    await keep('never')
    expect(await due()).toBe('the log behind the newest has a gap')
    // Without its log it is still a backup of its own moment.
    const { contents, segments } = await restoreCopy(directory)
    expect([contents?.references.size, contents?.broken, segments]).toEqual([sent.length, [], 0])
  })

  test('nothing is begun when even the newest leaves no room for another', async () => {
    const settings = { ...source.backedUp.settings, disk_share: 0 }
    const refused = keepBackups({ ...source.backedUp, settings }, { make: 'now', checkpoint: 'fast' })
    await expect(refused).rejects.toThrow(/^A backup needs about .* raise TALLYSTICK_BACKUP_DISK_SHARE, or set/)
  })
})

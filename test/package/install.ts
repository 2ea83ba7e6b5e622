import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

/** A file of the package: its path in it, and how long it is. */
export type PackedFile = { path: string; size: number }

/** What `npm pack` made: the archive, its length, and what is in it. */
export type Packed = { archive: string; size: number; files: PackedFile[] }

/** Runs `npm pack` in the project, as a release does, and puts the archive into a folder. */
export async function pack(folder: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  const [made] = JSON.parse(stdout) as [{ filename: string; size: number; files: PackedFile[] }]
  return { archive: join(folder, made.filename), size: made.size, files: made.files }
}

type LockedPackage = { dev?: boolean; bin?: Record<string, string> }

// It brings a Node along for whoever has an old one: 190 MB that are not needed here.
const isNode = (place: string) => /\/node-(bin-)?(darwin|linux|win)-/.test(place)

/**
 * Installs the archive by npm into a folder, which has nothing of the project in or above it. What the package depends on is laid there
 * before, as the project has it, and npm looks whether that is all: it may ask no registry, and its cache is empty.
 */
export async function install(archive: string, folder: string): Promise<void> {
  // Whoever runs PostgreSQL for root has to get in.
  await chmod(folder, 0o755)
  const lock = await readFile(join(root, 'node_modules/.package-lock.json'), 'utf8')
  const packages = Object.entries<LockedPackage>(JSON.parse(lock).packages)
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
  for (const [place, { dev, bin = {} }] of packages) {
    const from = join(root, place)
    if (dev || isNode(place) || !existsSync(from)) continue
    const filter = (file: string) => basename(file) !== 'node_modules' || file === from
    await cp(from, join(folder, place), { recursive: true, verbatimSymlinks: true, filter })
    for (const [name, file] of Object.entries(bin)) {
      await symlink(join('..', place.replace(/^node_modules\//, ''), file), join(folder, 'node_modules/.bin', name))
    }
  }
  const quiet = ['--offline', '--cache', join(folder, '.cache'), '--ignore-scripts', '--no-package-lock']
  await run('npm', ['install', ...quiet, archive], { cwd: folder })
}

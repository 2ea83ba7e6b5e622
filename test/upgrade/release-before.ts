import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../support/temporary.ts'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')

/** What is upgraded from: the commit that `test/fixtures/release-before` names, or another one, for the long form. */
export async function releaseBefore(): Promise<string> {
  const named = process.env.UPGRADE_FROM ?? (await readFile(join(root, 'test/fixtures/release-before'), 'utf8')).trim()
  const { stdout } = await run('git', ['rev-parse', '--verify', '--quiet', `${named}^{commit}`], { cwd: root }).catch(
    () => {
      throw new Error(
        `The release before, ${named}, is not in this checkout: run the tests in a clone with its history, which \`git fetch --unshallow\` brings.`,
      )
    },
  )
  return stdout.trim()
}

/** The program as it was: its sources in a folder, with the packages of this checkout. */
export type OldProgram = { main: string; remove(): Promise<void> }

/** Lays the sources of a commit into a folder of their own. */
export async function oldProgram(commit: string): Promise<OldProgram> {
  const { path, remove } = await temporaryDirectory()
  const archive = join(path, 'old.tar')
  const parts = ['src', 'bin', 'docs', 'package.json', 'openapi.json', 'README.md', 'CHANGELOG.md']
  await run('git', ['archive', `--output=${archive}`, commit, ...parts], { cwd: root })
  const folder = join(path, 'old')
  await mkdir(folder)
  await run('tar', ['--extract', '--file', archive, '--directory', folder])
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return { main: join(folder, 'src/main.ts'), remove }
}

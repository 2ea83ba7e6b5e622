import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CompareOptions } from './options.ts'

/** This working tree. */
export const root = resolve(import.meta.dirname, '../..')

/** A folder with the code of one side. */
export type Checkout = { name: string; folder: string; remove(): void }

/**
 * The code to compare with: the folder that was given, or a git worktree of the revision in a temporary folder. Throws an error of one
 * line if there is no such revision, or if it cannot be compared because it has no `bench/compare/side.ts`.
 */
export function openCheckout(base: CompareOptions['base']): Checkout {
  const checkout =
    'folder' in base ? { name: base.folder, folder: resolve(base.folder), remove() {} } : checkOut(base.revision)
  if (existsSync(join(checkout.folder, 'bench/compare/side.ts'))) return checkout
  checkout.remove()
  throw new Error(
    `${checkout.name} has no bench/compare/side.ts and cannot be measured. Add one to a checkout of it and give that as --base-dir.`,
  )
}

function checkOut(revision: string): Checkout {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  let commit: string
  try {
    commit = git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`)
  } catch {
    throw new Error(`There is no revision ${revision}.`)
  }
  const temporary = mkdtempSync(join(tmpdir(), 'tallystick-compare-'))
  const folder = join(temporary, 'base')
  const remove = () => {
    rmSync(temporary, { recursive: true, force: true })
    git('worktree', 'prune')
  }
  try {
    git('worktree', 'add', '--detach', folder, commit)
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  } catch (error) {
    remove()
    throw error
  }
  return { name: revision, folder, remove }
}

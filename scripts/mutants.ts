import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { equivalent } from '../test/mutants/equivalent.ts'
import { type Group, groups } from '../test/mutants/groups.ts'
import { compare, type MutationReport, type Outcome, readOutcome } from '../test/mutants/survivors.ts'

// npm run mutants [-- GROUP …]: changes each statement of the sources of a group, one after the other, and looks whether a test sees it.

const root = resolve(import.meta.dirname, '..')
const say = (text: string) => process.stdout.write(`${text}\n`)

async function tryGroup({ mutated, tests }: Group): Promise<Outcome> {
  const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const args = [stryker, 'run', 'test/mutants/stryker.config.json', '--mutate', mutated.join(',')]
  const env = { ...process.env, MUTANT_TESTS: tests.join(',') }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  process.once('SIGINT', () => child.kill('SIGTERM'))
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`Stryker ended with ${code}: see above.`)
  return readOutcome(JSON.parse(readFileSync(join(root, '.mutants/report.json'), 'utf8')) as MutationReport)
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => !groups.some((group) => group.name === name))
  if (unknown.length > 0)
    throw new Error(`There is no group ${unknown.join(', ')}: there are ${groups.map(({ name }) => name).join(', ')}.`)
  for (const group of groups.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    const { counts, survivors } = await tryGroup(group)
    const { unnamed, stale } = compare(
      survivors,
      equivalent.filter(({ file }) => group.mutated.includes(file)),
    )
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    say(
      `${group.name}: ${total} mutants, ${Object.entries(counts)
        .map(([status, count]) => `${count} ${status}`)
        .join(', ')}; ${survivors.length - unnamed.length} named equivalent`,
    )
    for (const { file, at, replaced, replacement } of unnamed)
      say(`  NOT SEEN ${file}:${at}: "${replaced}" as "${replacement}"`)
    for (const { file, line, replacement } of stale) say(`  NO SURVIVOR ${file}: "${line}" with "${replacement}"`)
    if (unnamed.length + stale.length > 0) process.exitCode = 1
  }
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})

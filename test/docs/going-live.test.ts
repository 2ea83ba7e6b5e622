import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseWithPointers } from '@stoplight/yaml'
import { describe, expect, test } from 'vitest'
import { guideCommands } from '../../scripts/guide-commands.ts'
import { help } from '../../src/cli/commands.ts'
import { serverSettings } from '../../src/config.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(resolve(root, file), 'utf8')
const guide = read('docs/guides/going-live.md')
const blocks = guideCommands(guide)
const script = blocks.map(({ text }) => text).join('\n')

// The whole of it is walked on an empty machine by `npm run going-live`; this is what can be seen without one.
describe('the commands of going live', () => {
  test('are done by hand four times, each with its reason, as the page says', () => {
    const byHand = blocks.filter(({ by_hand }) => by_hand)
    expect(byHand.length).toBe(guide.match(/By hand,\s+since/g)?.length)
    expect(byHand.length).toBeLessThanOrEqual(5)
    expect(guide).toContain('Four blocks are yours to do by hand')
    expect(byHand.length).toBe(4)
    expect(blocks.length).toBeGreaterThan(15)
  })

  test('are bash', () => {
    const faults = blocks.flatMap(({ text, line }) => {
      const { stderr } = spawnSync('bash', ['-n', '-c', text], { encoding: 'utf8' })
      return stderr === '' ? [] : [`line ${line}: ${stderr}`]
    })
    expect(faults).toEqual([])
  })

  test('name commands, settings and files that there are', () => {
    const commands = [...script.matchAll(/(?:^|\/)tallystick ([a-z][a-z-]*)/gm)].map(([, name = '']) => name)
    const known = help()
    expect(commands.filter((name) => !known.includes(`  tallystick ${name}`))).toEqual([])
    expect(commands.length).toBeGreaterThan(5)
    const settings = [...script.matchAll(/^(TALLYSTICK_\w+)=/gm)].map(([, name = '']) => name)
    expect(settings.filter((name) => !(name in serverSettings))).toEqual([])
    const files = [...script.matchAll(/node_modules\/tallystick\/(\S+)/g)].map(([, file = '']) => file)
    expect(files.filter((file) => !existsSync(resolve(root, file)))).toEqual([])
    const { version } = JSON.parse(read('package.json'))
    const archives = script.match(/tallystick-\d+\.\d+\.\d+\.tgz/g) ?? []
    expect(archives.filter((name) => name !== `tallystick-${version}.tgz`)).toEqual([])
  })

  test('write YAML that can be read, with metrics that something writes', () => {
    const files = [...script.matchAll(/^cat > \S+\.ya?ml <<'EOF'\n([\s\S]*?)^EOF$/gm)].map(([, text = '']) => text)
    expect(files.length).toBe(3)
    for (const text of files) expect(parseWithPointers(text).diagnostics).toEqual([])
    const watched = new Set(script.match(/tallystick_(\w+)_success_timestamp_seconds(?= >)/g))
    expect([...watched].sort()).toEqual([
      'tallystick_drill_success_timestamp_seconds',
      'tallystick_verify_success_timestamp_seconds',
    ])
    expect(script).toContain('for job in "verify hourly verify" "drill monthly restore --drill"')
  })
})

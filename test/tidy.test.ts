import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const code = tracked.filter((file) => /^(src|test|bench|scripts)\/.*\.(ts|sql)$/.test(file))
const sources = code.filter((file) => file.startsWith('src/') && file.endsWith('.ts'))
const documents = tracked.filter((file) => file.endsWith('.md'))

/** The floors of the house, the highest first. An import goes to the same folder or to a lower floor. */
const floors = [
  ['main.ts'],
  ['cli'],
  ['server'],
  ['billing', 'collect', 'presentment', 'webhook', 'merchant'],
  ['http'],
  ['ledger'],
  ['events'],
  ['database'],
  ['config.ts'],
  ['core'],
]
const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room))
const roomOf = (file: string) => file.split('/')[1] ?? ''

type Import = { from: string; to: string }

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) => ({
    from: file,
    to: join(dirname(file), path as string),
  }))
}

describe('imports', () => {
  test('every file of src stands on a floor', () => {
    expect(sources.filter((file) => floorOf(roomOf(file)) < 0)).toEqual([])
  })

  test('go down the floors only', () => {
    const upward = sources
      .flatMap(importsOf)
      .filter(({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(roomOf(from)) >= floorOf(roomOf(to)))
      // Rooms of one floor know each other by their index, which the next test holds.
      .filter(({ from, to }) => !(floorOf(roomOf(from)) === floorOf(roomOf(to)) && to.endsWith('/index.ts')))
    expect(upward).toEqual([])
  })

  test('rooms of one floor know each other only by what their index exports', () => {
    const rooms = floors[3] as string[]
    const around = sources
      .flatMap(importsOf)
      .filter(
        ({ from, to }) => rooms.includes(roomOf(from)) && rooms.includes(roomOf(to)) && roomOf(from) !== roomOf(to),
      )
      .filter(({ to }) => !/^src\/[^/]+\/index\.ts$/.test(to))
    expect(around).toEqual([])
  })

  test('the core imports nothing of ours and no package', () => {
    const foreign = sources
      .filter((file) => roomOf(file) === 'core')
      .flatMap((file) => [...read(file).matchAll(/from '([^']+)'/g)].map(([, path]) => `${file}: ${path}`))
      .filter((line) => !/: (node:|\.\/)/.test(line))
    expect(foreign).toEqual([])
  })
})

describe('length', () => {
  test('no file has more than 400 lines', () => {
    expect(
      code.map((file) => [file, read(file).split('\n').length] as const).filter(([, lines]) => lines > 401),
    ).toEqual([])
  })

  test('most files of src have fewer than 150', () => {
    const long = sources.filter((file) => read(file).split('\n').length > 150)
    expect(long.length / sources.length).toBeLessThan(0.25)
  })

  test('no function of src has more than 70 lines', () => {
    const long = sources.flatMap((file) => longFunctions(read(file)).map((name) => `${file}: ${name}`))
    expect(long).toEqual([])
  })
})

/**
 * Functions are found by how Biome formats them: a line that opens a function, and the first later line with the same indent
 * that closes it.
 */
function longFunctions(text: string): string[] {
  const lines = text.split('\n')
  const opens =
    /^(\s*)(?:export )?(?:async )?(?:function\*? (\w+)|(?:static )?(?:async )?(#?\w+)\(.*\).*\{$|const (\w+) = (?:async )?\(.*=>.*\{$)/
  return lines.flatMap((line, start) => {
    const match = opens.exec(line)
    if (!match || /^\s*(if|for|while|switch|return|await|else)\b/.test(line)) return []
    const indent = match[1] as string
    const end = lines.findIndex((one, index) => index > start && (one === `${indent}}` || one === `${indent}},`))
    const name = match[2] ?? match[3] ?? match[4] ?? '?'
    return end - start + 1 > 70 ? [name] : []
  })
}

describe('leftovers', () => {
  test('no marks of unfinished work', () => {
    const mark = new RegExp(
      `\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|${['XX', 'X'].join('')}|${['HA', 'CK'].join('')})\\b`,
    )
    const found = [...code, ...documents].filter(
      (file) => mark.test(read(file).replaceAll('XXX XXX', '')) && !file.endsWith('currency.ts'),
    )
    expect(found).toEqual([])
  })

  test('no test is skipped or alone', () => {
    const pattern = /\.(skip|only|todo|fails)\b|\b(xit|xdescribe)\(/
    expect(
      code.filter((file) => file.startsWith('test/') && file !== 'test/tidy.test.ts' && pattern.test(read(file))),
    ).toEqual([])
  })

  test('no path of somebody’s machine', () => {
    const found = tracked
      .filter((file) => !/\.(png|ico)$/.test(file))
      .filter((file) => /\/(root|home\/\w+|Users\/\w+|work)\/\w/.test(read(file)) && file !== 'test/tidy.test.ts')
    expect(found).toEqual([])
  })

  test('the lock file names no registry', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })

  test('every statement file is loaded by a module beside it', () => {
    const statements = code.filter((file) => file.endsWith('.sql') && !file.includes('/migrations/'))
    const modules = code
      .filter((file) => /^(src|bench|test)\/.*\.ts$/.test(file))
      .map((file) => ({ file, text: read(file) }))
    const orphans = statements.filter((file) => {
      const name = basename(file, '.sql')
      const folder = dirname(file).replace(/\/sql$/, '')
      return !modules.some((module) => module.file.startsWith(folder) && new RegExp(`\\b${name}\\b`).test(module.text))
    })
    expect(orphans).toEqual([])
  })
})

describe('documents', () => {
  test('relative links lead somewhere', () => {
    const broken = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, path]) => path as string)
        .filter((path) => !existsSync(join(root, dirname(file), path)))
        .map((path) => `${file}: ${path}`),
    )
    expect(broken).toEqual([])
  })

  test('each has one title, at its top', () => {
    const titles = documents.map((file) => [
      file,
      read(file)
        .replaceAll(/```[\s\S]*?```/g, '')
        .match(/^# .+/gm)?.length ?? 0,
    ])
    expect(titles.filter(([, count]) => count !== 1)).toEqual([])
  })

  test('every export of src has a doc comment', () => {
    const bare = sources.flatMap((file) => {
      const lines = read(file).split('\n')
      return lines.flatMap((line, index) => {
        const name = /^export (?:async )?(?:function|class) (\w+)/.exec(line)?.[1]
        return name && !lines[index - 1]?.endsWith('*/') ? [`${file}: ${name}`] : []
      })
    })
    expect(bare).toEqual([])
  })
})

test('the acceptance walk is the one that was agreed, byte for byte', () => {
  const digest = createHash('sha256').update(read('test/acceptance/guide.mjs')).digest('hex')
  expect(digest).toBe('6576112aa5cadb92ce2f353c98e5f979ac6108e364e370f3e144d8d7c82dee04')
})

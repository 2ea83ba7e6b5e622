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
const code = tracked.filter((file) => /^(src|examples|test|bench|torture|scripts)\/.*\.(ts|sql)$/.test(file))
const sources = code.filter((file) => file.startsWith('src/') && file.endsWith('.ts'))
const documents = tracked.filter((file) => file.endsWith('.md'))

/** The floors, the highest first: an import goes to a lower floor, or stays in its folder. */
const floors = [
  'main.ts',
  'cli',
  'server',
  'jobs',
  'docs-site',
  'openapi',
  'pages',
  'privacy',
  'audit-trail',
  'search',
  'reports',
  'payments',
  'billing',
  'webhooks',
  'merchant',
  'html',
  'api',
  'context.ts',
  'ledger',
  'events',
  'audit',
  'limits',
  'net',
  'distribution',
  'database',
  'config.ts',
  'shapes',
  'tracing',
  'core',
]
const floorOf = (file: string) => floors.indexOf(file.split('/')[1] ?? '')

type Import = { from: string; to: string }

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) => ({
    from: file,
    to: join(dirname(file), path as string),
  }))
}

describe('imports', () => {
  const imports = sources.flatMap(importsOf).filter(({ to }) => to.startsWith('src/'))

  test('every file of src is on a floor', () => {
    expect(sources.filter((file) => floorOf(file) < 0)).toEqual([])
  })

  test('go down the floors only', () => {
    const upward = imports.filter(({ from, to }) => floorOf(from) > floorOf(to))
    expect(upward).toEqual([])
  })

  test('go one way inside every folder: what it holds, files and folders, imports without a circle', () => {
    const folders = new Set(sources.flatMap((file) => ancestors(file)))
    const circles = [...folders].flatMap((folder) => {
      const inside = imports.filter(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${folder}/`))
      const child = (file: string) => file.slice(folder.length + 1).split('/')[0] as string
      const arrows = Map.groupBy(inside, ({ from }) => child(from))
      const circle = findCircle(
        new Map(
          [...arrows].map(([from, all]) => [from, new Set(all.map(({ to }) => child(to)).filter((to) => to !== from))]),
        ),
      )
      return circle ? [`${folder}: ${circle.join(' → ')}`] : []
    })
    expect(circles).toEqual([])
  })

  test('the core imports nothing of ours and no package', () => {
    const foreign = sources
      .filter((file) => file.startsWith('src/core/'))
      .flatMap((file) => [...read(file).matchAll(/from '([^'.][^']*)'/g)].map(([, path]) => `${file}: ${path}`))
      .filter((line) => !/: node:/.test(line))
    expect(foreign).toEqual([])
  })
})

function ancestors(file: string): string[] {
  const parts = dirname(file).split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/')).slice(1)
}

/** A path that returns to its start; undefined when there is none. */
function findCircle(arrows: Map<string, Set<string>>): string[] | undefined {
  const done = new Set<string>()
  const visit = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (done.has(node)) return undefined
    for (const next of arrows.get(node) ?? []) {
      const circle = visit(next, [...path, node])
      if (circle) return circle
    }
    done.add(node)
    return undefined
  }
  for (const node of arrows.keys()) {
    const circle = visit(node, [])
    if (circle) return circle
  }
  return undefined
}

describe('names', () => {
  test('are exported once in all of src: one word, one meaning', () => {
    const exported = sources.flatMap((file) =>
      [...read(file).matchAll(/^export (?:async )?(?:function\*?|class|const|type|let) (\w+)/gm)].map(
        ([, name]) => name as string,
      ),
    )
    expect(exported.filter((name, index) => exported.indexOf(name) !== index)).toEqual([])
  })
})

describe('length', () => {
  test('most files of src have fewer than 150 lines', () => {
    const long = sources.filter((file) => read(file).split('\n').length > 150)
    expect(long.length / sources.length).toBeLessThan(0.25)
  })
})

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

  test('a test that asks PostgreSQL who waits asks about one database: others run beside it', () => {
    const everywhere = code
      .filter((file) => file.startsWith('test/') && file !== 'test/tidy.test.ts' && !file.endsWith('own-postgres.ts'))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .map((line) => `${file}: ${line.trim()}`),
      )
      .filter((line) => /from pg_(locks|stat_activity)/.test(line) && !line.includes('datname ='))
    expect(everywhere).toEqual([])
  })

  test('no path of somebody’s machine', () => {
    const found = tracked
      .filter((file) => !/\.(png|ico)$/.test(file))
      .filter((file) => /\/(root|home\/\w+|Users\/\w+|work)\/\w/.test(read(file)) && file !== 'test/tidy.test.ts')
    expect(found).toEqual([])
  })

  test('no amount becomes a number but by toNumber, which looks whether it is exact', () => {
    // What these make a number of is text, or is known to be small.
    const known = [
      'src/config.ts',
      'src/cli/demo-receiver.ts',
      'src/cli/span.ts',
      'src/core/card-number.ts',
      'src/core/clock.ts',
      'src/core/currency.ts',
      'src/core/id/base62.ts',
      'src/core/money.ts',
      'src/core/page-link.ts',
      'src/database/bundled/binaries.ts',
      'src/database/bundled/postmaster.ts',
      'src/api/accept.ts',
      'src/net/address-guard.ts',
      'src/net/retry-after.ts',
      'src/pages/amount-due.ts',
      'src/pages/credit/offer.ts',
      'src/pages/pay-form.ts',
      'src/pages/statement/show.ts',
      'src/pages/way-up.ts',
      'src/payments/processor/simulator/banks.ts',
      'src/payments/processor/simulator/cards.ts',
      'src/core/json-reader.ts',
    ]
    const found = sources.filter((file) => /\bNumber\(|\.map\(Number\)|parseFloat/.test(read(file)))
    expect(found.toSorted()).toEqual(known.toSorted())
  })

  test('text is taken for HTML as it is in two places only', () => {
    expect(sources.filter((file) => /\bHtml\.trusted\(/.test(read(file))).sort()).toEqual([
      'src/docs-site/markdown.ts',
      'src/html/document.ts',
    ])
  })

  test('the lock file names no registry', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/)
  })

  test('no sum is forced into a bigint, which 20,000 large balances do not fit', () => {
    const forced = code
      .filter((file) => file.startsWith('src/') && !file.includes('/migrations/'))
      .flatMap((file) => [...read(file).matchAll(/^.*\bsum\(.*\)::bigint.*$/gm)].map(([line]) => `${file}: ${line}`))
    expect(forced).toEqual([])
  })

  test('every statement file is loaded by a module beside it', () => {
    const statements = code.filter((file) => file.endsWith('.sql') && !file.includes('/migrations/'))
    const modules = code
      .filter((file) => /^(src|bench|torture|test)\/.*\.ts$/.test(file))
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

  const architecture = read('ARCHITECTURE.md')
  const contributing = read('CONTRIBUTING.md')

  /** The rows of the first table after some words, cell by cell, without the backticks. */
  const table = (text: string, words: string): string[][] => {
    const lines = text.slice(text.indexOf(words)).split('\n')
    const first = lines.findIndex((line) => line.startsWith('|'))
    const length = lines.slice(first).findIndex((line) => !line.startsWith('|'))
    const rows = lines.slice(first + 2, first + length)
    return rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  }

  test('show the same floors as this test', () => {
    expect(table(architecture, '## The floors').map(([, floor]) => floor)).toEqual(floors)
    const list = /The highest first:\n\n([\s\S]*?)\.\n\n/.exec(contributing)?.[1] ?? ''
    expect([...list.matchAll(/`([^`]+)`/g)].map(([, floor]) => floor)).toEqual(floors)
  })

  test('answer eight questions by a file, which holds what is to be looked for', () => {
    const answers = table(architecture, 'Eight questions')
    expect(answers).toHaveLength(8)
    const wrong = answers.filter(([, , file = '', text = '']) => !tracked.includes(file) || !read(file).includes(text))
    expect(wrong).toEqual([])
  })

  test('name files and folders that exist', () => {
    const missing = documents.flatMap((file) =>
      [...read(file).matchAll(/`((?:src|examples|test|bench|torture|scripts|docs)\/[\w./-]+)`/g)]
        .map(([, path]) => path as string)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${file}: ${path}`),
    )
    const inText = [architecture, contributing].flatMap((text) =>
      [...text.matchAll(/(?<![\w./])(?:src|test|bench|torture|scripts|docs)\/[\w./-]*\w/g)].map(([path]) => path),
    )
    expect(inText.length).toBeGreaterThan(20)
    expect([...missing, ...inText.filter((path) => !existsSync(join(root, path)))]).toEqual([])
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

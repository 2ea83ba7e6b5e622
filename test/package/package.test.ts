import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join, posix, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { childServer } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { healthCheck } from './dockerfile.ts'
import { install, type Packed, pack } from './install.ts'

const root = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const sources = tracked.filter((file) => /^src\/.*(?<!\.d)\.ts$/.test(file))

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let database: TestDatabase
let packed: Packed
let folder: string
beforeAll(async () => {
  directory = await temporaryDirectory()
  database = await testDatabase()
  packed = await pack(directory.path)
  folder = join(directory.path, 'empty')
  await mkdir(folder)
  await install(packed.archive, folder)
}, 120_000)
afterAll(async () => {
  await database.drop()
  await directory.remove()
})

const paths = () => packed.files.map(({ path }) => path)
const installed = (path: string) => join(folder, 'node_modules/tallystick', path)

/** The file of the repository that a file of the package is or was made of. */
function originOf(path: string): string {
  return path.replace(/^dist\//, 'src/').replace(/^(src\/.*)\.js$/, '$1.ts')
}

/** A module without its doc comments. */
const codeOf = (file: string) => readFileSync(join(root, file), 'utf8').replaceAll(/^ *\/?\*.*$/gm, '')

describe('what is in the package', () => {
  test('is in the repository too, so that nothing gets in that happens to lie there', () => {
    expect(paths().filter((path) => !tracked.includes(originOf(path)))).toEqual([])
  })

  test('is what runs and what is read: no tests, no sources, no tools', () => {
    expect([...new Set(paths().map((path) => path.split('/')[0]))].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'bin', 'dist', 'docs', 'openapi.json', 'ops'].concat(
        'package.json',
      ),
    )
    expect(paths().filter((path) => /\.ts$|\.test\.|\.map$|\.(env|pem|key|log|tgz)$/.test(path))).toEqual([])
    expect(packed.size).toBeLessThan(1_500_000)
  })

  test('is every module, and every file that stands beside one, byte for byte', async () => {
    const code = sources.map((file) => file.replace(/^src\/(.*)\.ts$/, 'dist/$1.js'))
    const others = tracked.filter((file) => /^src\/.*(?<!\.ts|\.md)$/.test(file))
    const documents = tracked.filter((file) => file.startsWith('docs/'))
    const expected = [...code, ...others.map((file) => file.replace(/^src/, 'dist')), ...documents, 'openapi.json']
    expect(expected.filter((path) => !paths().includes(path))).toEqual([])
    for (const file of others) {
      expect(await readFile(installed(file.replace(/^src/, 'dist'))), file).toEqual(await readFile(join(root, file)))
    }
  })

  test('is whatever a module names by its own address', () => {
    const named = sources.flatMap((file) => {
      const text = codeOf(file)
      const path = (relative: string) => posix.join(posix.dirname(file), relative)
      const forms = /(?:loadSql\(import\.meta\.url, |new URL\()'([^']+)'(?=, import\.meta\.url\)|\))/g
      return [...text.matchAll(forms)].map(([, relative = '']) => path(relative))
    })
    expect(named.length).toBeGreaterThan(150)
    const isPacked = (file: string) => {
      const there = file.replace(/^src\//, 'dist/')
      return paths().some((path) => path === there || (there.endsWith('/') && path.startsWith(there)))
    }
    expect(named.filter((file) => !isPacked(file))).toEqual([])
    // Another way to find a file has to be looked at here first.
    const ways = sources.flatMap((file) => [...codeOf(file).matchAll(/^.*import\.meta.*$/gm)].map(([line]) => line))
    const known =
      /loadSql\(import\.meta\.url, ['`]|new URL\('[^']+', import\.meta\.url\)|createRequire\(import\.meta\.url\)|import\.meta\.resolve\(/
    expect(ways.filter((line) => !known.test(line))).toEqual([])
  })

  test('has no script that runs at its installation, and nothing to import but what a clone gives to writers of adapters', () => {
    const run = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare']
    expect(run.filter((name) => name in manifest.scripts)).toEqual([])
    expect(manifest.exports).toEqual({ './package.json': './package.json', './src/*': './src/*' })
  })
})

const shell = promisify(execFile)
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR }

describe('installed into an empty folder', () => {
  test('every module loads, with the files that it reads, and every package that one names is there', async () => {
    const modules = paths().filter((path) => /^dist\/.*\.js$/.test(path) && path !== 'dist/main.js')
    const addresses = modules.map((path) => pathToFileURL(installed(path)).href)
    const script = `for (const one of ${JSON.stringify(addresses)}) await import(one)`
    await shell(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, env: environment })
    const known = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    const named = modules.flatMap((path) => {
      const text = readFileSync(installed(path), 'utf8')
      const forms =
        /^(?:import|export) (?:[^'\n]* from )?'([^.'][^']*)';$|\bimport(?:\.meta\.resolve)?\(['`]([^.'`$][^'`$]*)/gm
      return [...text.matchAll(forms)].map(([, one, other = '']) => one ?? other)
    })
    const packages = named
      .filter((name) => !name.startsWith('node:'))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
    expect([...new Set(packages)].filter((name) => !known.includes(name))).toEqual([])
  })

  test('npx finds it, and its version is that of package.json', async () => {
    const { stdout } = await shell('npx', ['--offline', 'tallystick', '--version'], { cwd: folder, env: environment })
    expect(stdout).toBe(`${manifest.version}\n`)
  })

  // PACKAGE_NODES has paths of other Nodes, separated by colons, to run it with too.
  test.each([process.execPath, ...(process.env.PACKAGE_NODES?.split(':') ?? [])])(
    'the demo takes a payment, with %s',
    { timeout: 120_000 },
    async (node) => {
      const program = join(folder, 'node_modules/.bin/tallystick')
      const { stdout } = await shell(node, [program, 'demo', '--auto'], { cwd: folder, env: environment })
      expect(stdout).toContain('its signature verified')
      expect(stdout).toMatch(/The balance of bacc_\w+ is now R 0,00\.\n$/)
    },
  )

  test('the server serves the documents and a PDF, and is healthy as the image asks', async () => {
    const server = await childServer(
      {
        DATABASE_URL: database.url,
        TALLYSTICK_HOST: '127.0.0.1',
        TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this test only',
        TALLYSTICK_TEST_KEY: 'sk_test_of_the_package',
      },
      installed('bin/tallystick.mjs'),
    )
    const headers = { authorization: 'Bearer sk_test_of_the_package', 'content-type': 'application/json' }
    const get = async (path: string) => {
      const response = await fetch(server.url + path, { headers })
      expect([path, response.status]).toEqual([path, 200])
      return response.text()
    }
    const post = async (path: string, body: object) => {
      const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect([path, response.status]).toEqual([path, 201])
      return (await response.json()) as { id: string }
    }
    try {
      for (const file of ['README.md', 'guides/installing.md', 'decisions/README.md']) {
        const path = `/docs/${file}`.replace(/\/README\.md$/, '.md')
        const title = /^# (.+)/.exec(await readFile(installed(`docs/${file}`), 'utf8'))?.[1]
        expect(await get(path)).toContain(`# ${title}\n`)
      }
      expect(JSON.parse(await get('/openapi.json')).paths).toEqual(
        JSON.parse(await readFile(installed('openapi.json'), 'utf8')).paths,
      )
      const [node = '', ...check] = healthCheck()
      const healthy = (port: string) => shell(node, check, { env: { ...environment, PORT: port } })
      await healthy(new URL(server.url).port)
      await expect(healthy('1')).rejects.toMatchObject({ code: 1 })
      const { id: customer } = await post('/billing/customers', { external_reference: 'customer-of-the-package' })
      const owed = { customer, external_reference: 'account-of-the-package', currency: 'ZAR', balance: 2000 }
      const { id: account } = await post('/billing/accounts', owed)
      const paid = { account, amount: 2000, currency: 'ZAR', channel: 'cash', reference: 'till-1' }
      const { id } = await post('/billing/payments', paid)
      const { receipt_url } = JSON.parse(await get(`/billing/payments/${id}`))
      const pdf = await fetch(`${receipt_url}.pdf`)
      expect(pdf.headers.get('content-type')).toBe('application/pdf')
      expect((await pdf.text()).slice(0, 5)).toBe('%PDF-')
    } finally {
      expect(await server.stop()).toBe(0)
    }
  })
})

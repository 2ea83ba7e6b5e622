import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseWithPointers } from '@stoplight/yaml'
import { describe, expect, test } from 'vitest'
import { serverSettings } from '../../src/config.ts'
import { readDockerfile } from './dockerfile.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const manifest = JSON.parse(read('package.json'))
const installing = read('docs/guides/installing.md')

/** How long a stop may take, in seconds: docs/guides/operating.md says so. */
const stopMaxS = 35

/** Names of settings that there are not. */
const notSettings = (names: string[]) => names.filter((name) => name !== 'NODE_ENV' && !(name in serverSettings))

describe('the version', () => {
  test('is that of package.json everywhere', () => {
    const lock = JSON.parse(read('package-lock.json'))
    expect([lock.version, lock.packages[''].version, JSON.parse(read('openapi.json')).info.version]).toEqual(
      Array(3).fill(manifest.version),
    )
    expect(
      installing.match(/tallystick-\d+\.\d+\.\d+/g)?.filter((name) => name !== `tallystick-${manifest.version}`),
    ).toEqual([])
  })

  test('has its heading in the CHANGELOG, below what is not released', () => {
    const headings = [...read('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
    expect(headings[0]).toBe('Unreleased')
    const form = /^(\d+\.\d+\.\d+) \((?:\d{4}-\d\d-\d\d|not released)\)$/
    expect(headings.slice(1).filter((heading) => !form.test(heading))).toEqual([])
    expect(headings.map((heading) => form.exec(heading)?.[1])).toContain(manifest.version)
    const parts = [...read('CHANGELOG.md').matchAll(/^(For .+):$/gm)].map(([, part]) => part)
    expect(parts.filter((part) => !read('docs/guides/releasing.md').includes(`\`${part}\``))).toEqual([])
  })
})

describe('the check list of a release', () => {
  const releasing = read('docs/guides/releasing.md')

  test('has the long form of every test that has one', async () => {
    const files = (await readdir(join(root, 'test'), { recursive: true })).filter((file) => file.endsWith('.ts'))
    const form =
      /Number\(process\.env\.(\w+) \?\? [\d_]+\)|process\.env\.(SUITE_SEED|PACKAGE_NODES|UPGRADE_FROM|OLD_POSTGRES_BINDIR|PGBOUNCER|CITUS_URL)\b/g
    const known = files.flatMap((file) =>
      [...read(join('test', file)).matchAll(form)].map(([, number, list = '']) => number ?? list),
    )
    const named = [...releasing.matchAll(/\b([A-Z][A-Z_]+)=/g)].map(([, name = '']) => name)
    expect([...new Set(known)].sort()).toEqual([...new Set(named)].sort())
  })

  test('names tests and scripts that there are', () => {
    const paths = [...releasing.matchAll(/\btest\/[\w./-]+/g)].map(([path]) => path)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const scripts = [...releasing.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name)
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([])
  })
})

describe('the Dockerfile', () => {
  const instructions = readDockerfile()
  const all = (name: string, stage?: string) =>
    instructions.filter((one) => one.name === name && (stage === undefined || one.stage === stage))

  test('copies what there is, which alone is let in', () => {
    const copied = all('COPY')
      .filter(({ rest }) => !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1))
    expect(copied.filter((file) => !existsSync(join(root, file)))).toEqual([])
    const [first, ...admitted] = read('.dockerignore')
      .replaceAll(/^#.*\n/gm, '')
      .trim()
      .split('\n')
    expect([first, ...admitted.sort()]).toEqual(['*', ...new Set(copied.map((file) => `!${file}`).sort())])
  })

  test('has two images, of one build, that run as nobody special and know the settings', () => {
    const stages = all('FROM').map(({ rest }) => rest)
    expect(stages.slice(-2)).toEqual(['runtime AS bundled', 'runtime AS server'])
    for (const stage of ['bundled', 'server']) expect(all('USER', stage)).toMatchObject([{ rest: 'node' }])
    expect(instructions.at(-1)).toMatchObject({ name: 'USER', stage: 'server' })
    expect(notSettings(all('ENV').map(({ rest }) => rest.split('=')[0] ?? ''))).toEqual([])
    const [entry] = all('ENTRYPOINT')
    // Signals reach a process that a shell starts by luck only.
    expect(JSON.parse(entry?.rest ?? '')).toEqual(['tini', '--', 'node', manifest.bin.tallystick])
    expect(JSON.parse(all('CMD')[0]?.rest ?? '')).toEqual(['start'])
    const based = stages.filter((stage) => stage.includes(':'))
    expect(based.map((stage) => stage.split(' ')[0])).toEqual(Array(2).fill('node:24-bookworm-slim'))
  })
})

type Service = {
  build?: { target: string }
  command?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  read_only?: boolean
  stop_grace_period?: string
  restart: string
}

describe.each(['compose.yaml', 'compose.bundled.yaml'])('%s', (file) => {
  const { data, diagnostics } = parseWithPointers<{ services: Record<string, Service> }>(read(file), {
    mergeKeys: true,
  })
  const services = Object.entries(data?.services ?? {})
  const ours = services.filter(([, service]) => service.build)

  test('is YAML, and builds images that the Dockerfile has', () => {
    expect(diagnostics).toEqual([])
    const stages = readDockerfile().map(({ stage }) => stage)
    expect(ours.map(([, { build }]) => build?.target).filter((target = '') => !stages.includes(target))).toEqual([])
    expect(ours.length).toBeGreaterThan(0)
  })

  test('runs our images read-only, reachable from this machine alone, with time for a stop', () => {
    for (const [name, service] of ours) {
      expect([name, service]).toMatchObject([name, { read_only: true, cap_drop: ['ALL'] }])
      expect(notSettings(Object.keys(service.environment ?? {}))).toEqual([])
    }
    const { server } = data?.services ?? {}
    expect(server?.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)])
    expect(Number(/^(\d+)s$/.exec(server?.stop_grace_period ?? '')?.[1])).toBeGreaterThan(stopMaxS)
    expect(services.filter(([name, { ports }]) => ports && name !== 'server')).toEqual([])
  })

  test('asks for the values that the guide says how to make, and mounts files that there are', () => {
    const asked = [...read(file).matchAll(/\$\{(\w+)[:}]/g)].map(([, name = '']) => name)
    expect(asked.filter((name) => !installing.includes(`${name}=`))).toEqual([])
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => volume.startsWith('./')))
    expect(mounted.map((volume) => volume.split(':')[0] ?? '').filter((path) => !existsSync(join(root, path)))).toEqual(
      [],
    )
  })
})

describe('the unit of systemd', () => {
  const sections = read('ops/tallystick.service')
    .replaceAll(/^#.*\n/gm, '')
    .split(/^\[(\w+)\]\n/m)
    .slice(1)
  const [unit, service, install] = [1, 3, 5].map((index) =>
    Map.groupBy((sections[index] ?? '').trim().split('\n').filter(Boolean), (line) => line.split('=')[0] ?? ''),
  )

  test('has its three parts, and nothing in them twice but what adds up', () => {
    expect(sections.filter((_, index) => index % 2 === 0)).toEqual(['Unit', 'Service', 'Install'])
    const lines = [unit, service, install].flatMap((part) => [...(part ?? [])])
    expect(lines.filter(([name]) => !/^[A-Z]\w+$/.test(name))).toEqual([])
    expect(lines.filter(([, values]) => values.length > 1).map(([name]) => name)).toEqual(['SystemCallFilter'])
  })

  test('starts the program where the guide installs it, stops it alone and gives it the time it needs', () => {
    const value = (name: string) => service?.get(name)?.[0]?.slice(name.length + 1) ?? ''
    expect(value('ExecStart')).toBe(
      `/usr/bin/node /opt/tallystick/node_modules/tallystick/${manifest.bin.tallystick} start`,
    )
    for (const word of ['--prefix /opt/tallystick', value('EnvironmentFile'), 'ops/tallystick.service']) {
      expect(installing).toContain(word)
    }
    expect([value('KillMode'), value('Restart'), value('NoNewPrivileges')]).toEqual(['mixed', 'on-failure', 'yes'])
    expect(Number(value('TimeoutStopSec'))).toBeGreaterThan(stopMaxS)
    expect(
      notSettings(
        value('Environment')
          .split(' ')
          .map((one) => one.split('=')[0] ?? ''),
      ),
    ).toEqual([])
  })
})

test('the guide of installing names settings that there are', () => {
  const named = [...installing.matchAll(/\bTALLYSTICK_\w+/g)].map(([name]) => name)
  expect(notSettings(named)).toEqual([])
})

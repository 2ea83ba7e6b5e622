import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { guideCommands } from './guide-commands.ts'

/*
 * `npm run going-live`: takes the commands of docs/guides/going-live.md and runs them, one block after the other in one shell, on an empty
 * Debian with a systemd of its own, all but those that the guide says are done by hand. It prints each block, and exits with 1 at the first that fails.
 *
 * It needs root on Linux, debootstrap, a way to the packages of Debian and npm, and the ports of the guide free on this machine, whose network
 * the empty one shares. `--base FOLDER` takes an empty Debian that debootstrap has made before; `--keep FOLDER` makes one there and keeps it.
 */
const root = resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { base: { type: 'string' }, keep: { type: 'string' } } })
// A name for which Caddy asks an authority of its own; curl takes it for this machine.
const domain = 'pay.localhost'
const authority = '/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt'
const bootMax_ms = 180_000

const folder = mkdtempSync(join(tmpdir(), 'tallystick-going-live-'))
// The walk may be cut off from outside, and what it has started must not outlive it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const machine = await boot(values.base ?? makeBase(values.keep ?? join(folder, 'base')))
process.once('exit', () => machine.end())
try {
  const receiver = await startReceiver()
  const inside = `/proc/${machine.pid}/root`
  const [archive = ''] =
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }).match(/tallystick-.*\.tgz/) ?? []
  copyFileSync(join(folder, archive), join(inside, 'root', archive))
  writeFileSync(join(inside, 'root', '.curlrc'), `cacert = ${authority}\n`)
  const code = await walk(inside, { DOMAIN: domain, RECEIVER: receiver })
  process.exitCode = code
} finally {
  machine.end()
  await once(machine.child, 'exit')
  // What ran in it ends with it, a moment later.
  await delay(2_000)
  machine.tidy()
}
process.exit()

function makeBase(base: string): string {
  const packages = '--include=systemd,systemd-sysv,dbus,ca-certificates,openssl,procps'
  execFileSync('debootstrap', ['--variant=minbase', packages, 'bookworm', base], { stdio: 'inherit' })
  return base
}

/** Boots the machine. Its first process has the number that this one sees it under. */
async function boot(base: string): Promise<{ child: ChildProcess; pid: number; end(): void; tidy(): void }> {
  const stage = join(folder, 'stage')
  mkdirSync(stage)
  // systemd has to own a control group.
  const group = `/sys/fs/cgroup${existsSync('/sys/fs/cgroup/unified') ? '/unified' : ''}/going-live-${process.pid}`
  mkdirSync(group)
  const script =
    'echo $$ > "$0/cgroup.procs" && exec unshare --mount --pid --fork --kill-child --uts --ipc --cgroup "$@"'
  const words = ['-c', script, group, join(import.meta.dirname, 'empty-machine.sh'), base, stage]
  const child = spawn('sh', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk).slice(-5_000)
  })
  const end = () => {
    child.kill('SIGKILL')
  }
  const tidy = () => {
    spawnSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
  }
  for (const until = performance.now() + bootMax_ms; performance.now() < until; await delay(500)) {
    if (child.exitCode !== null) break
    const pid = firstProcessOf(child.pid ?? 0)
    if (pid !== undefined && hasBooted(pid)) return { child, pid, end, tidy }
  }
  end()
  throw new Error(`the machine did not boot: ${log}`)
}

function firstProcessOf(parent: number): number | undefined {
  const [pid] = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ')
  return pid ? Number(pid) : undefined
}

function hasBooted(pid: number): boolean {
  return spawnSync('nsenter', [...entering(pid), 'systemctl', '--quiet', 'is-active', 'basic.target']).status === 0
}

function entering(pid: number): string[] {
  const home = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']
  const trust = 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'
  return [`--target=${pid}`, '--all', '--root', '--wd=/', 'env', '-i', ...home, trust]
}

/** What stands for the reader's own system. */
async function startReceiver(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function walk(inside: string, given: Record<string, string>): Promise<number> {
  const blocks = guideCommands(readFileSync(join(root, 'docs/guides/going-live.md'), 'utf8'))
  const marked = blocks.map(({ text, line, by_hand }) =>
    by_hand ? `echo "--- line ${line}: by hand"` : `echo "--- line ${line}, after $SECONDS s"\n${text}`,
  )
  writeFileSync(
    join(inside, 'root', 'guide.sh'),
    `set -euo pipefail\n${marked.join('\n')}\necho "--- done, after $SECONDS s"\n`,
  )
  const environment = Object.entries(given).map(([name, value]) => `${name}=${value}`)
  const shell = spawn('nsenter', [...entering(machine.pid), ...environment, 'bash', '-c', 'cd && bash guide.sh'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = (await once(shell, 'exit')) as [number | null]
  if (code !== 0) {
    const units = ['--unit=tallystick', '--unit=caddy', '--unit=prometheus*', '--lines=60', '--no-pager']
    spawnSync('nsenter', [...entering(machine.pid), 'journalctl', ...units], { stdio: 'inherit' })
  }
  return code ?? 1
}

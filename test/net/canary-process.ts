import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, isIP, type Socket } from 'node:net'
import { systemClock } from '../../src/core/clock.ts'
import { type AddressRules, createAddressGuard } from '../../src/net/address-guard.ts'
import { createHttpClient } from '../../src/net/http-client.ts'
import { answerTo, type Question, readQuestion } from './canary-names.ts'

/*
 * Runs in a network namespace of its own, in which every address there is belongs to the loopback device: whatever is connected to
 * reaches the canary here and nothing outside. So do the questions to the name server.
 */

export type Tried = { url: string; allowed: boolean; status?: number | undefined; error?: string | undefined }
export type Hit = { address: string; url: string }
export type Orders = { rules: AddressRules; urls: string[]; plain: string[] }
export type Report = {
  tried: Tried[]
  /** What was connected to, with the URL that was being tried. */
  hits: Hit[]
  /** Which of the plain addresses a socket without a guard reaches here. */
  seen: string[]
}

const seen: string[] = []
const hits: Hit[] = []
let current = ''

/** Takes every connection at a port, and redirects to wherever the query says. */
async function listen(port: number): Promise<number> {
  const server = createServer((request, response) => {
    const [status, location] = decodeURIComponent(request.url ?? '').split('?to=')
    response.setHeader('connection', 'close')
    if (location === undefined) response.end()
    else response.writeHead(Number(status?.slice(1)), { location }).end()
  })
  server.on('connection', (socket: Socket) => {
    const address = String(socket.localAddress).replace(/^::ffff:/, '')
    if (current === '') seen.push(address)
    else hits.push({ address, url: current })
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  server.listen(port, '::')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Answers the questions of the system's resolver. */
async function answerNames(): Promise<void> {
  for (const address of getServers().filter((server) => isIP(server) !== 0)) {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
    socket.on('message', (message, { port, address: from }) => {
      const question: Question = readQuestion(message)
      socket.send(answerTo(message, question), port, from)
    })
    socket.bind(53, address)
    await once(socket, 'listening')
  }
}

async function reach(address: string, port: number): Promise<void> {
  const socket = connect({ port, host: address })
  await new Promise<void>((resolve) => {
    socket.on('connect', resolve).on('error', () => resolve())
    setTimeout(resolve, 500).unref()
  })
  socket.destroy()
}

async function run({ rules, urls, plain }: Orders): Promise<Report> {
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
  execFileSync('ip', ['route', 'add', 'local', 'default', 'dev', 'lo'])
  execFileSync('ip', ['-6', 'route', 'add', 'local', 'default', 'dev', 'lo'])
  const port = await listen(0)
  for (const usual of [80, 443]) await listen(usual)
  await answerNames()
  for (const address of plain) await reach(address, port)
  const guard = createAddressGuard(rules)
  const client = createHttpClient({ guard, clock: systemClock, deadline_ms: 2_000 })
  const tried: Tried[] = []
  for (const [number, named] of urls.entries()) {
    const url = named.replaceAll('PORT', String(port))
    current = named
    const result = URL.canParse(url) ? await client.post(String(number), new URL(url), {}, '{}') : undefined
    tried.push({ url: named, allowed: guard.checkUrl(url).ok, status: result?.status_code, error: result?.error })
  }
  await client.close()
  return { tried, hits, seen }
}

const orders: Orders = JSON.parse(process.env.CANARY_ORDERS ?? '')
process.stdout.write(JSON.stringify(await run(orders)), () => process.exit(0))

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readApi } from '../../src/cli/developer/api.ts'
import { readFeedPage } from '../../src/cli/developer/feed.ts'
import { Desk, recipes, untriggerable } from '../../src/cli/developer/recipes.ts'
import { type EventType, eventTypes } from '../../src/events/registry.ts'
import type { Jobs } from '../../src/jobs/index.ts'
import { freePort } from '../support/child-server.ts'
import { runTallystick } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { startLookingIntoCallbacks } from '../support/jobs.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { type BreakableWay, breakableWay } from './breakable-way.ts'
import { type RunningCommand, startTallystick } from './running-command.ts'

let server: TestServer
let jobs: Jobs
let home: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  server = await testServer()
  jobs = startLookingIntoCallbacks(server.app)
})
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home.remove())
afterAll(async () => {
  await jobs.stop()
  await expectCleanBooks(server.database)
  await server.stop()
})

const settings = () => ({ TALLYSTICK_URL: server.url, TALLYSTICK_API_KEY: server.key, HOME: home.path })

let made = 0
/** Something happens: a customer is created. Returns its name. */
async function something(): Promise<string> {
  const external_reference = `something-${++made}`
  await server.api('POST', '/billing/customers', { external_reference, name: 'Thandi "T" Nkosi' })
  return external_reference
}

/** All pages of the feed. */
async function wholeFeed(): Promise<string> {
  let all = ''
  let cursor = ''
  while (true) {
    const { text, body } = await server.api('GET', `/events?limit=100${cursor}`)
    all += text
    if (!body.has_more) return all
    cursor = `&cursor=${body.next_cursor}`
  }
}

/** A receiver whose port stays the same, so that it can go away and come back. */
class Receiver {
  readonly arrived: { headers: Record<string, string>; body: string }[] = []
  readonly port: number
  #server: Server | undefined

  constructor(port: number) {
    this.port = port
  }

  async listen(): Promise<void> {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const headers = request.headers as Record<string, string>
      this.arrived.push({ headers, body: Buffer.concat(chunks).toString('utf8') })
      response.writeHead(204).end()
    })
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections()
    this.#server?.close()
    if (this.#server) await once(this.#server, 'close')
    this.#server = undefined
  }

  has(reference: string): Promise<true> {
    return eventually<true>(
      () => this.arrived.some(({ body }) => body.includes(reference)) && true,
      `${reference} arrives`,
      20_000,
    )
  }

  times(reference: string): number {
    return this.arrived.filter(({ body }) => body.includes(reference)).length
  }
}

describe('tallystick listen', () => {
  let receiver: Receiver
  let way: BreakableWay
  let running: RunningCommand | undefined
  beforeEach(async () => {
    receiver = new Receiver(await freePort())
    await receiver.listen()
    way = await breakableWay(server.url, await freePort())
  })
  afterEach(async () => {
    await running?.kill()
    await receiver.close()
    await way.cut()
  })

  async function listen(...more: string[]): Promise<RunningCommand> {
    const to = `http://127.0.0.1:${receiver.port}/hook`
    running = startTallystick(['listen', '--forward-to', to, ...more], { ...settings(), TALLYSTICK_URL: way.url })
    await running.says('signed with whsec_')
    return running
  }
  /** Waits until it has read where the feed ends: what happens before that is not forwarded at the first run. */
  const ready = async () => {
    await eventually(async () => {
      await something()
      return receiver.arrived.length > 0
    }, 'it forwards')
  }

  test('forwards each event with the bytes of the server and a signature that another library accepts', async () => {
    const command = await listen()
    await ready()
    const reference = await something()
    await receiver.has(reference)
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.arrived.slice(-1)
    const secret = /signed with (whsec_\S+)/.exec(command.output())?.[1] ?? ''
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'customer.created' })
    const text = await wholeFeed()
    expect(text).toContain(body)
    await command.says('204 in')
    expect(command.output()).toMatch(/^\d{4}-\S+Z {2}customer\.created +evt_\w+ {2}bcus_\w+ {2}→ 204 in \d+ ms$/m)
    expect(await command.stop()).toBe(0)
  })

  test('waits for a receiver that is restarted, and for a server that is away, and misses nothing', async () => {
    const command = await listen()
    await ready()
    await receiver.close()
    const first = await something()
    await command.says('waiting for it')
    await receiver.listen()
    await receiver.has(first)
    await way.cut()
    await command.says('does not answer')
    const second = await something()
    await way.mend()
    await receiver.has(second)
    await command.says('answers again')
    expect([receiver.times(first), receiver.times(second)]).toEqual([1, 1])
  })

  test('goes on with the next run where it ended, with the same secret, or from now on', async () => {
    const before = await listen()
    await ready()
    const secret = /whsec_\S+/.exec(before.output())?.[0]
    await receiver.has(await something())
    await before.stop()
    const missed = await something()
    const after = await listen()
    expect(after.output()).toContain(
      `since the last time go to http://127.0.0.1:${receiver.port}/hook, signed with ${secret}`,
    )
    await receiver.has(missed)
    await after.stop()
    const unwanted = await something()
    const latest = await listen('--latest')
    const arrived = receiver.arrived.length
    await eventually(async () => {
      await something()
      return receiver.arrived.length > arrived
    }, 'it forwards')
    expect(receiver.times(unwanted)).toBe(0)
    await latest.stop()
  })

  test('forwards the types that are asked for, and ends when there is none of that name', async () => {
    await listen('--types', 'bill.*,customer.archived')
    const away = await runTallystick(
      ['listen', '--forward-to', 'http://127.0.0.1:9', '--types', 'bil.paid'],
      settings(),
    )
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('bill.paid')])
    await eventually(async () => {
      await new Desk(readApi(settings())).bill()
      return receiver.arrived.length > 0
    }, 'it forwards')
    expect(new Set(receiver.arrived.map(({ body }) => JSON.parse(body).type))).toEqual(new Set(['bill.created']))
  })
})

describe('tallystick trigger', () => {
  test('knows every type, or why it cannot', () => {
    expect([...Object.keys(recipes), ...Object.keys(untriggerable)].toSorted()).toEqual([...eventTypes].toSorted())
  })

  test.each(Object.keys(recipes) as EventType[])('makes %s happen', async (type) => {
    const api = readApi(settings())
    const { next_cursor: cursor } = await readFeedPage(api, { cursor: 'latest', types: type })
    await recipes[type]?.(new Desk(api))
    const { data } = await readFeedPage(api, { cursor, types: type })
    expect(data.map((event) => event.type)).toContain(type)
  })

  test('prints the event', async () => {
    const { code, stdout } = await runTallystick(['trigger', 'bill.paid'], settings())
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^\S+Z {2}bill\.paid +evt_\w+ {2}bill_\w+ {2}12500 ZAR\n$/),
    ])
  })

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['of no type', ['trigger'], {}, /needs a type of event/],
    ['of an unknown type', ['trigger', 'bill.payed'], {}, /There is no type bill.payed: did you mean bill.paid\?/],
    ['of what no call makes happen', ['trigger', 'receipt.requested'], {}, /cannot be triggered: a payer asks for it/],
    [
      'without a key',
      ['trigger', 'bill.paid'],
      { TALLYSTICK_API_KEY: '' },
      /TALLYSTICK_API_KEY should be a secret key/,
    ],
    ['with a live key', ['trigger', 'bill.paid'], { TALLYSTICK_API_KEY: 'sk_live_12345678' }, /use a test key/],
    ['without an address', ['events', 'tail'], { TALLYSTICK_URL: 'pay.example.com' }, /TALLYSTICK_URL should be/],
    ['to nowhere', ['listen'], {}, /needs --forward-to with an address/],
  ])('a call %s is refused in one line', async (_name, args, more, line) => {
    const { code, stderr, stdout } = await runTallystick(args, { ...settings(), ...more })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(line)])
  })

  test('a key that the server does not know ends a command in one line', async () => {
    const unknown = { ...settings(), TALLYSTICK_API_KEY: 'sk_test_not_of_this_server' }
    const { code, stderr } = await runTallystick(['trigger', 'bill.paid'], unknown)
    expect([code, stderr.trim().split('\n').length, stderr]).toEqual([1, 1, expect.stringContaining('unauthenticated')])
  })
})

describe('tallystick events tail', () => {
  test('prints a line for each event, or its bytes', async () => {
    const lines = startTallystick(['events', 'tail', '--types', 'customer.created'], settings())
    const bytes = startTallystick(['events', 'tail', '--json'], settings())
    try {
      await eventually(async () => {
        await something()
        return lines.output().includes('customer.created') && bytes.output() !== ''
      }, 'both print')
      expect(lines.output()).toMatch(/^\S+Z {2}customer\.created +evt_\w+ {2}bcus_\w+$/m)
      const text = await wholeFeed()
      for (const line of bytes.output().split('\n').slice(0, -1)) expect(text).toContain(line)
      expect([await lines.stop(), await bytes.stop()]).toEqual([0, 0])
    } finally {
      await lines.kill()
      await bytes.kill()
    }
  })
})

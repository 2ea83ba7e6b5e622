import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sign, signingKey } from '../../src/webhooks/signing.ts'
import { freePort } from '../support/child-server.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { blocksOf } from './snippets.ts'

// The receivers of docs/guides/receive-webhooks.md, each as it is printed there, against the server and against what an
// attacker or a bad network would send.

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/guides/receive-webhooks.md'), 'utf8')

type Language = { name: string; block: string; file: string; run(port: string): string[]; writesLetters: boolean }
const languages: Language[] = [
  {
    name: 'TypeScript',
    block: 'ts',
    file: 'receiver.ts',
    run: () => [process.execPath, 'receiver.ts'],
    writesLetters: false,
  },
  { name: 'Python', block: 'python', file: 'receiver.py', run: () => ['python3', 'receiver.py'], writesLetters: true },
  {
    name: 'PHP',
    block: 'php',
    file: 'receiver.php',
    run: (port) => ['php', '-S', `127.0.0.1:${port}`, 'receiver.php'],
    writesLetters: true,
  },
]

/** Whether the machine has what a receiver needs: PHP has SQLite in a package of its own. */
function isThere({ block }: Language): boolean {
  const asked = {
    ts: [process.execPath, '-v'],
    python: ['python3', '-c', 'import sqlite3'],
    php: ['php', '-r', 'new PDO("sqlite::memory:");'],
  }
  const [program = '', ...args] = asked[block as keyof typeof asked]
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

test('the first receiver has twenty lines', () => {
  const [, ...lines] =
    blocksOf(guide)
      .find(({ language }) => language === 'ts')
      ?.text.split('\n') ?? []
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20)
})

describe.each(languages.filter(isThere))('the receiver in $name', (language) => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let port: string
  let secret: string
  let child: ChildProcess
  let endpoint: string

  beforeAll(async () => {
    directory = await temporaryDirectory()
    const code = blocksOf(guide).find((block) => block.language === language.block)?.text ?? ''
    await writeFile(join(directory.path, language.file), code)
    port = String(await freePort())
    const { body } = await server.api('POST', '/webhooks/endpoints', { url: `http://127.0.0.1:${port}/webhooks` })
    secret = body.secret
    endpoint = body.id
    await start()
  })
  afterAll(async () => {
    await stop()
    await server.api('DELETE', `/webhooks/endpoints/${endpoint}`)
    await directory.remove()
  })

  async function start(): Promise<void> {
    const [program = '', ...args] = language.run(port)
    child = spawn(program, args, {
      cwd: directory.path,
      env: { ...process.env, WEBHOOK_SECRET: secret, PORT: port },
      stdio: 'ignore',
    })
    await eventually(
      () =>
        post('{}', {})
          .then(({ status }) => status === 400)
          .catch(() => false),
      'the receiver listens',
    )
  }

  async function stop(): Promise<void> {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  const post = (body: string, headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', body, headers })

  function signed(id: string, body: string, seconds = 0): Record<string, string> {
    const timestamp_s = Math.floor(Date.now() / 1000) + seconds
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp_s),
      'webhook-signature': sign({ id, timestamp_s, body, keys: [signingKey(secret)] }),
    }
  }

  const step = (sequence: number, balance_after: number) =>
    JSON.stringify({ type: 'bill.balance_adjusted', data: { id: 'bill_of_mine', sequence, balance_after } })

  function rows(sql: string, ...values: string[]): Record<string, unknown>[] {
    const file = join(directory.path, 'books.db')
    if (!existsSync(file)) return []
    const books = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    try {
      return books
        .prepare(sql)
        .all(...values)
        .map((row) => ({ ...row }))
    } finally {
      books.close()
    }
  }
  const balanceOf = (owner: string) => rows('select sequence, amount from balance where owner = ?', owner)[0]
  const lettersTo = (bill: string) => rows('select bill from letter where bill = ?', bill)

  test('has the balance of what is billed and paid', async () => {
    const reference = `${language.name}-1`
    const { body: bill } = await server.api('POST', '/billing/bills', {
      customer: { external_reference: reference },
      external_reference: reference,
      currency: 'ZAR',
      amount_due: 2_000,
    })
    const payment = { bill: bill.id, amount: 2_000, currency: 'ZAR', channel: 'cash', reference }
    await server.api('POST', '/billing/payments', payment)
    await eventually(() => balanceOf(bill.id)?.sequence === 2, 'the receiver has it')
    expect(balanceOf(bill.id)).toEqual({ sequence: 2, amount: 0 })
    if (language.writesLetters) {
      await eventually(() => lettersTo(bill.id).length > 0, 'the letter is written')
      expect(lettersTo(bill.id)).toHaveLength(1)
    }
  })

  test('handles an event once, however often and how concurrently it arrives, and after it was killed', async () => {
    const body = JSON.stringify({ type: 'bill.paid', data: { id: `bill_of_${language.name}` } })
    const send = () => post(body, signed('evt_again', body))
    const answers = await Promise.all(Array.from({ length: 8 }, send))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(204))
    await stop()
    await start()
    expect((await send()).status).toBe(204)
    if (language.writesLetters) expect(lettersTo(`bill_of_${language.name}`)).toHaveLength(1)
  })

  test('keeps the later step when an earlier one arrives after it', async () => {
    for (const [id, sequence, balance] of [
      ['evt_9', 9, 500],
      ['evt_8', 8, 700],
      ['evt_9', 9, 500],
    ] as const) {
      const body = step(sequence, balance)
      expect((await post(body, signed(id, body))).status).toBe(204)
    }
    expect(balanceOf('bill_of_mine')).toEqual({ sequence: 9, amount: 500 })
  })

  test('accepts an event that is signed with two secrets while one replaces the other', async () => {
    const body = step(10, 400)
    const headers = signed('evt_10', body)
    const two = { ...headers, 'webhook-signature': `v1,${'A'.repeat(43)}= ${headers['webhook-signature']}` }
    expect((await post(body, two)).status).toBe(204)
    expect(balanceOf('bill_of_mine')).toEqual({ sequence: 10, amount: 400 })
  })

  test('believes nothing that is recorded, changed or not signed', async () => {
    const body = step(11, 1)
    const good = signed('evt_11', body)
    const wrong: [string, Record<string, string>][] = [
      [body, signed('evt_11', body, -301)],
      [body, signed('evt_11', body, 400)],
      [step(11, 2), good],
      [body, { ...good, 'webhook-id': 'evt_12' }],
      [body, { ...good, 'webhook-timestamp': String(Number(good['webhook-timestamp']) + 1) }],
      [body, { ...good, 'webhook-timestamp': 'now' }],
      [body, { ...good, 'webhook-signature': 'v1,' }],
      [body, { ...good, 'webhook-signature': String(good['webhook-signature']).replace('v1', 'v2') }],
      [body, { ...good, 'webhook-signature': 'ü' }],
      [body, {}],
    ]
    for (const [sent, headers] of wrong) expect((await post(sent, headers)).status, JSON.stringify(headers)).toBe(400)
    expect(balanceOf('bill_of_mine')).toEqual({ sequence: 10, amount: 400 })
  })
})

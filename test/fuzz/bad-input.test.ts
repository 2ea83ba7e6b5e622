import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'
import { fingerprint } from './fingerprint.ts'
import { type Sample, validRequests } from './requests.ts'
import { spoil } from './spoil.ts'

// FUZZ_RUNS and FUZZ_SEED make the long form; a failure names the seed.
const runs = Number(process.env.FUZZ_RUNS ?? 10_000)
const seed = seedOf('FUZZ_SEED')
const atOnce = 32

let server: TestServer
let samples: Sample[]
beforeAll(async () => {
  server = await testServer()
  samples = await validRequests(server)
})
afterAll(() => server.stop())

async function send(method: string, path: string, text: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json', ...headers },
    body: text,
  })
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
}

function expectProblem(answer: { status: number; type: string; text: string }, what: string): void {
  const problem = answer.type.startsWith('application/problem+json') ? JSON.parse(answer.text) : undefined
  const seen = { what, status: answer.status, problem: problem?.status, hasCode: typeof problem?.code === 'string' }
  expect(seen).toEqual({ what, status: answer.status, problem: answer.status, hasCode: true })
  expect([what, answer.status >= 400 && answer.status < 500]).toEqual([what, true])
}

/** The answer, or the refusal of the one row of a batch: what is not there is that row's outcome, such as a bill of an odd name. */
function outcomeOf({ path }: Sample, answer: Awaited<ReturnType<typeof send>>) {
  if (!path.endsWith('/batch') || answer.status !== 200) return answer
  const [{ status, body }] = JSON.parse(answer.text).data
  return { status, type: 'application/problem+json', text: JSON.stringify(body) }
}

describe(`bad input (FUZZ_SEED=${seed})`, () => {
  test(`${runs} spoilt requests: always a problem, never a 5xx, nothing written`, { timeout: 300_000 }, async () => {
    const random = seededRandom(seed)
    const before = await fingerprint(server)
    for (let done = 0; done < runs; done += atOnce) {
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          const sample = samples[Math.floor(random() * samples.length)] as Sample
          const { what, text } = spoil(sample.body, random, sample.body_optional)
          const answer = await send(sample.method, sample.path, text)
          expectProblem(outcomeOf(sample, answer), `${sample.method} ${sample.path}: ${what}`)
        }),
      )
      tally('bad inputs', atOnce)
    }
    expect(await fingerprint(server)).toEqual(before)
  })

  const naughty = [
    '%00',
    '%ff',
    'x'.repeat(300),
    '..%2f..',
    '%f0%9f%92%b0',
    "'--",
    'bcus_',
    'bacc_zzzzzzzzzzzzzzzzzzzzzz',
    '%ed%a0%80',
  ]
  test.each(naughty)('an id that is none: %s', async (id) => {
    for (const path of ['customers', 'accounts', 'bills', 'payments', 'obligations']) {
      const response = await fetch(`${server.url}/billing/${path}/${id}`, {
        headers: { authorization: `Bearer ${server.key}` },
      })
      expectProblem(
        { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() },
        `${path}/${id}`,
      )
    }
  })

  test.each([
    ['another media type', { 'content-type': 'text/plain' }],
    ['a key of 256 characters', { 'idempotency-key': 'k'.repeat(256) }],
    ['a key with a space', { 'idempotency-key': 'a b' }],
    ['no key to the API', { authorization: '' }],
    ['a wrong key to the API', { authorization: 'Bearer sk_test_wrong' }],
    ['another scheme', { authorization: 'Basic abc' }],
  ])('%s', async (_name, headers) => {
    const sample = samples[0] as Sample
    expectProblem(await send(sample.method, sample.path, JSON.stringify(sample.body), headers), _name)
  })

  test('a valid request is still taken', async () => {
    const sample = samples[0] as Sample
    expect((await send(sample.method, sample.path, JSON.stringify(sample.body))).status).toBe(201)
  })
})

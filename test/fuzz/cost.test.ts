import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount, open, type PayerForm, submit } from '../pages/payer.ts'
import { RawConnection, rawRequest } from '../support/raw-http.ts'
import { type TestServer, testServer } from '../support/server.ts'
import {
  differentPlaces,
  hostileBodies,
  hostileHeaders,
  hostilePairs,
  hostileStructures,
  hostileTexts,
  hostileValues,
  type Shape,
} from './hostile.ts'
import { type Call, everyCall } from './operations.ts'

// No input costs more than its length: what doubles in length takes 2.6 times the processor's time at most, and none takes 100 ms. Of a
// measurement on a busy machine the least of several counts.

const most_ms = 100
const growthMax = 2.6
// Below it the time is that of the machine, not of the input.
const noticed_ms = 5
const triesMax = 5
// Only a suspect is measured so often. What is not linear stays so in every one of them.
const roundsMax = 25
// Who is suspected is measured again when all others have been: what else this machine does in one moment is no fault of the input.
const turnsMax = 4

// The largest are just under the limits of bodies, of forms, and of all that stands before a body.
const bodySizes = [30_000, 60_000, 120_000, 240_000]
const formSizes = [8_000, 16_000, 32_000, 60_000]
const headSizes = [1_900, 3_800, 7_600, 15_200]

let server: TestServer
let calls: Call[]
let forms: PayerForm[]
let connection: RawConnection
beforeAll(async () => {
  server = await testServer()
  calls = await everyCall(server)
  const page = await open((await makeAccount(server)).presentment_url)
  forms = [page.forms[0] as PayerForm, (await submit(page.forms[0])).forms[0] as PayerForm]
  connection = await RawConnection.open(server.url)
})
afterAll(async () => {
  connection.close()
  await server.stop()
})

/** The time that this process spent. The server runs in it; what the client does beside it is a write and a read. */
async function timeOf(bytes: Buffer): Promise<number> {
  if (connection.closed) connection = await RawConnection.open(server.url)
  const before = process.cpuUsage()
  const { status, head } = await connection.ask(bytes)
  const { user, system } = process.cpuUsage(before)
  // The server closes it behind a body that it has not read to its end, and behind what is no HTTP.
  if (/^connection: close$/im.test(head) || status === 431) connection.close()
  if (status >= 500) throw new Error(`answered ${status}`)
  return (user + system) / 1_000
}

/** Measures every size once more, as far as it can still matter. */
async function measure(request: (size: number) => Buffer, sizes: number[], least: number[]): Promise<void> {
  for (const [at, size] of sizes.entries()) {
    least[at] = Math.min(least[at] ?? Number.POSITIVE_INFINITY, await timeOf(request(size)))
  }
}

function isLinear(times: number[]): boolean {
  return times.every((time, at) => {
    const before = Math.max(times[at - 1] ?? time, noticed_ms / growthMax)
    return time <= most_ms && (time <= noticed_ms || time <= growthMax * before)
  })
}

/** What is wrong with how the time of a request grows; undefined when nothing is. */
async function fault(request: (size: number) => Buffer, sizes: number[]): Promise<string | undefined> {
  const largest = request(sizes.at(-1) as number)
  for (let tries = 0; tries < triesMax; tries++) if ((await timeOf(largest)) <= noticed_ms) return undefined
  const least: number[] = []
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    await measure(request, sizes, least)
    if (isLinear(least)) return undefined
  }
  return least.map((time) => `${time.toFixed(1)} ms`).join(', ')
}

type Measured = { what: string; request(size: number): Buffer; sizes: number[] }

async function expectLinear(measured: Measured[]): Promise<void> {
  expect(measured.length).toBeGreaterThan(0)
  let suspects = measured
  let slow: string[] = []
  for (let turns = 0; turns < turnsMax && suspects.length > 0; turns++) {
    const found = await faultsOf(suspects)
    suspects = found.map(({ one }) => one)
    slow = found.map(({ one, how }) => `${one.what}: ${how}`)
  }
  expect(slow).toEqual([])
}

async function faultsOf(measured: readonly Measured[]): Promise<{ one: Measured; how: string }[]> {
  const found: { one: Measured; how: string }[] = []
  for (const one of measured) {
    const how = await fault(one.request, one.sizes).catch((error: Error) => error.message)
    if (how !== undefined) found.push({ one, how })
  }
  return found
}

const keyed = () => ({ authorization: `Bearer ${server.key}` })
const json = () => ({ ...keyed(), 'content-type': 'application/json' })

function bodies(call: Call, shapes: Shape[]): Measured[] {
  return shapes.map(({ what, make }) => ({
    what: `${call.id} ${what}`,
    request: (size) => rawRequest(call.method, call.path, { ...json(), 'idempotency-key': `cost-${size}` }, make(size)),
    sizes: bodySizes,
  }))
}

const most = { timeout: 600_000 }

describe('bodies', () => {
  test('of any shape', most, async () => {
    const named = calls.filter(({ id }) => id === 'createPayment' || id === 'voidBill')
    await expectLinear(named.flatMap((call) => bodies(call, hostileBodies)))
  })

  test('of many members and items, to every operation', most, async () => {
    const writing = calls.filter(({ method }) => method !== 'GET')
    await expectLinear(writing.flatMap((call) => bodies(call, hostileStructures)))
  })

  test('with a costly value in every place', most, async () => {
    await expectLinear(differentPlaces(calls).flatMap(({ call, place }) => bodies(call, hostileValues(call, place))))
  })

  test('that are right and as long as they may be', most, async () => {
    const { body } = await server.api('POST', '/billing/customers', {
      external_reference: 'many',
      currency: 'ZAR',
      balance: 1,
    })
    const accounts: string[] = []
    for (let made = 0; made < 200; made += 20) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          server.api('POST', '/billing/accounts', {
            customer: body.id,
            external_reference: `many-${made + at}`,
            currency: 'ZAR',
            balance: 10,
          }),
        ),
      )
      accounts.push(...answers.map((answer) => answer.body.external_reference as string))
    }
    let reference = 0
    await expectLinear(
      ['/billing/payments', '/billing/payments/preview'].map((path) => ({
        what: path,
        request: (size) => {
          const recorded = path.endsWith('preview') ? {} : { channel: 'cash', reference: `many-${reference++}` }
          const allocations = accounts.slice(0, size).map((account) => ({ account, amount: 1 }))
          return rawRequest(
            'POST',
            path,
            json(),
            JSON.stringify({ amount: 200, currency: 'ZAR', ...recorded, allocations }),
          )
        },
        sizes: [25, 50, 100, 200],
      })),
    )
  })
})

describe('what stands before a body', () => {
  test('a query, of every path', most, async () => {
    const paths = [
      ...calls.filter(({ method }) => method === 'GET').map(({ path }) => path.split('?')[0] as string),
      '/healthz',
      '/docs',
      '/p/x',
      new URL((forms[0] as PayerForm).action).pathname,
    ]
    await expectLinear(
      paths.flatMap((path) =>
        hostilePairs.map(({ what, make }) => ({
          what: `${path}?${what}`,
          request: (size) => rawRequest('GET', `${path}?${make(size)}`, keyed()),
          sizes: headSizes,
        })),
      ),
    )
  })

  test('a value of every parameter', most, async () => {
    await expectLinear(
      calls.flatMap((call) =>
        call.query.flatMap(({ name }) =>
          hostileTexts.map(([what, make]) => ({
            what: `${call.id} ${name}: ${what}`,
            request: (size) => {
              const value = encodeURIComponent(make(size)).slice(0, size).replace(/%.?$/, '')
              return rawRequest(call.method, `${call.path.split('?')[0]}?${name}=${value}`, keyed())
            },
            sizes: headSizes,
          })),
        ),
      ),
    )
  })

  test('a path', most, async () => {
    const starts = [
      ...new Set(
        calls.filter(({ params }) => params.length > 0).map(({ template }) => template.split('{')[0] as string),
      ),
      '/',
      '/p/',
      '/p/x/payments/',
      '/simulator/charges/',
      '/docs/',
      '/docs/errors/',
    ]
    const pieces = ['a', '/', '%41', '%25', '%2f', '%c3%a9', '%zz', '..%2f', '.md', '?', ';']
    await expectLinear(
      starts.flatMap((start) =>
        pieces.map((piece) => ({
          what: `${start} and ${piece}`,
          request: (size) => rawRequest('GET', start + piece.repeat(size / piece.length), keyed()),
          sizes: headSizes,
        })),
      ),
    )
  })

  test('a header', most, async () => {
    const names = [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'cookie',
      'accept',
      'x-other',
    ]
    const { method, path, body } = calls.find(({ id }) => id === 'updateCustomer') as Call
    await expectLinear([
      ...names.flatMap((name) =>
        hostileHeaders.map(([what, make]) => ({
          what: `${name}: ${what}`,
          request: (size: number) => rawRequest(method, path, { ...json(), [name]: make(size) }, JSON.stringify(body)),
          sizes: headSizes,
        })),
      ),
      {
        what: 'headers',
        request: (size) =>
          rawRequest(
            'GET',
            '/openapi.json',
            Object.fromEntries(Array.from({ length: size / 12 }, (_, at) => [`x-${at}`, 'a'])),
          ),
        sizes: headSizes,
      },
    ])
  })
})

describe('forms', () => {
  function post(form: PayerForm, what: string, make: Shape['make']): Measured {
    const { pathname, origin } = new URL(form.action)
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
    return {
      what: `${pathname.split('/')[1]} ${what}`,
      request: (size) => rawRequest('POST', pathname, headers, make(size)),
      sizes: formSizes,
    }
  }

  test('of any shape', most, async () => {
    await expectLinear(forms.flatMap((form) => hostilePairs.map(({ what, make }) => post(form, what, make))))
  })

  test('with a costly value in every field', most, async () => {
    await expectLinear(
      forms.flatMap((form) =>
        [...Object.keys(form.fields), 'utm_source', 'decision'].flatMap((name) =>
          hostileTexts.map(([what, make]) =>
            post(form, `${name}: ${what}`, (size) => {
              const fields = { card_number: '4242424242424242', expiry: '12/34', cvc: '1', ...form.fields }
              // As it is typed: plus signs for spaces, and little that has to be encoded.
              const value = encodeURIComponent(make(size / 3)).replaceAll('%20', '+')
              return Buffer.from(`${new URLSearchParams({ ...fields, [name]: '@here@' })}`.replace('%40here%40', value))
            }),
          ),
        ),
      ),
    )
  })
})

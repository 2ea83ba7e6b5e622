import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatDeliveryId } from '../../src/core/id/delivery-id.ts'
import { formatId, kindOfId, newId } from '../../src/core/id/id.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { fingerprint } from '../fuzz/fingerprint.ts'
import { type Call, everyCall, valueAt, withValue } from '../fuzz/operations.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { tally } from '../support/tally.ts'

// Every place of every operation that takes the id of an object, with the ids of somebody else's objects of every kind: whoever asks
// is told the same as of ids that nobody has.

/** An environment with one object of every kind, and a right call of each operation on them. */
type World = { key: string; calls: Call[]; ids: string[] }
type Asked = { method: string; path: string; body?: unknown }

let server: TestServer
let mine: World
let other: World
let strangersToMine: [string, string][]
beforeAll(async () => {
  server = await testServer()
  const merchant = await createMerchant(server.app.pool, { name: 'Other', slug: 'other' }, new Date())
  mine = await worldOf(server.key)
  other = await worldOf(merchant.test)
  strangersToMine = [
    ['the live key of the same merchant', server.liveKey],
    ['the test key of another merchant', merchant.test],
    ['the live key of another merchant', merchant.live],
  ]
}, 120_000)
afterAll(() => server.stop())

async function worldOf(key: string): Promise<World> {
  const api: TestServer['api'] = (method, path, body, headers = {}) =>
    server.api(method, path, body, { authorization: `Bearer ${key}`, ...headers })
  const calls = await everyCall({ ...server, key, api })
  return { key, calls, ids: [...new Set(calls.flatMap(idsIn))] }
}

const idForm = /\b[a-z]+_[0-9A-Za-z]{22,}\b/g
const idsIn = ({ path, body }: Asked): string[] => `${path} ${JSON.stringify(body ?? null)}`.match(idForm) ?? []

/** An id of the same kind that nothing has. */
function nobodys(id: string): string {
  const fresh = () => newId(1, Date.now())
  const kind = kindOfId(id)
  return kind === undefined ? formatDeliveryId(fresh(), fresh()) : formatId(kind, fresh())
}

/** What is answered, without the ids that were asked for and what differs from one request to the next. */
async function answer(key: string, asked: Asked): Promise<string> {
  const ids = new Set(idsIn(asked))
  const { status, text, headers } = await server.api(asked.method, asked.path, asked.body, {
    authorization: `Bearer ${key}`,
  })
  // A long one is cut where it is quoted.
  const plain = [...ids].reduce((said, id) => said.replaceAll(id, 'ID').replaceAll(id.slice(0, 40), 'ID'), text)
  return `${status} ${headers.get('content-type')} ${plain}`
}

async function rowsOfMine(): Promise<Record<string, string>> {
  const { rows } = await server.database.pool.query("select min(id) as id from environment where mode = 'test'")
  return fingerprint(server, rows[0].id)
}

/** The places of a call that hold an id: in its path, in its body, and each parameter of its query. */
function placesOf(call: Call): ((id: string) => Asked)[] {
  const { method, path, body } = call
  const inPath = [...new Set(path.match(idForm) ?? [])].map((id) => (put: string) => ({
    method,
    path: path.replace(id, put),
    body,
  }))
  const inQuery = call.query
    .filter(({ type }) => type === 'string')
    .map(({ name }) => (put: string) => {
      const url = new URL(path, 'http://x')
      url.searchParams.set(name, put)
      return { method, path: url.pathname + url.search, body }
    })
  const inBody = call.places
    .filter((place) => kindOfId(String(valueAt(body, place.path))) !== undefined)
    .map((place) => (put: string) => ({ method, path, body: withValue(body, place.path, put) }))
  return [...inPath, ...inQuery, ...inBody]
}

/** Compares two answers; returns what is wrong. */
async function probe(key: string, theirs: Asked, none: Asked): Promise<string | undefined> {
  const [expected, seen] = [await answer(key, none), await answer(key, theirs)]
  tally('probes of isolation')
  // Something was made or changed that does not depend on the id, such as a text that may be any: it is new each time.
  const isMade = /^2\d\d /.test(expected) && /^2\d\d /.test(seen) && theirs.method !== 'GET'
  return expected === seen || (isMade && !mine.ids.some((id) => seen.includes(id)))
    ? undefined
    : `${theirs.method} ${theirs.path} ${JSON.stringify(theirs.body)}: ${seen} in place of ${expected}`
}

describe('what others have', () => {
  test('cannot be told from what nobody has, by the call that its owner makes', { timeout: 600_000 }, async () => {
    const before = await rowsOfMine()
    const wrong: string[] = []
    for (const [name, key] of strangersToMine) {
      for (const { method, path, body } of mine.calls.filter((call) => idsIn(call).length > 0)) {
        const renamed = new Map(idsIn({ method, path, body }).map((id) => [id, nobodys(id)]))
        const put = (text: string) => text.replaceAll(idForm, (id) => renamed.get(id) ?? id)
        const none = { method, path: put(path), body: body && JSON.parse(put(JSON.stringify(body))) }
        const fault = await probe(key, { method, path, body }, none)
        if (fault) wrong.push(`${name}: ${fault}`)
      }
    }
    expect(wrong).toEqual([])
    expect(await rowsOfMine()).toEqual(before)
  })

  test('nor in any place of a call that is right otherwise', { timeout: 600_000 }, async () => {
    const before = await rowsOfMine()
    const kinds = [...new Map(mine.ids.map((id) => [kindOfId(id) ?? 'delivery', id])).values()]
    const wrong: string[] = []
    for (const call of other.calls) {
      for (const place of placesOf(call)) {
        for (const id of kinds) {
          const fault = await probe(other.key, place(id), place(nobodys(id)))
          if (fault) wrong.push(fault)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(await rowsOfMine()).toEqual(before)
  })

  test('a cursor into their lists is one of no list', { timeout: 120_000 }, async () => {
    const lists = mine.calls.filter(
      ({ method, query }) => method === 'GET' && query.some(({ name }) => name === 'cursor'),
    )
    const tried: string[] = []
    for (const { path } of lists) {
      const separator = path.includes('?') ? '&' : '?'
      const page = await server.api('GET', `${path}${separator}limit=1`)
      const cursor = page.body?.next_cursor
      if (typeof cursor !== 'string' || idsIn({ method: 'GET', path }).length > 0) continue
      for (const [, key] of strangersToMine) {
        const { text, body } = await server.api('GET', `${path}${separator}cursor=${cursor}`, undefined, {
          authorization: `Bearer ${key}`,
        })
        const leaked = mine.ids.filter((id) => text.includes(id))
        expect([path, leaked, body.code ?? 'a page']).toEqual([path, [], 'invalid_cursor'])
        tally('probes of isolation')
      }
      tried.push(path)
    }
    expect(tried.length).toBeGreaterThan(5)
  })
})

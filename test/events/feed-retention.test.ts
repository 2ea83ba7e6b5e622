import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { maintainDatabase } from '../../src/jobs/maintain-database.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { allSequenced, page, readToEnd } from './feed.ts'

const today = new Date()
const daysAgo = (days: number) => new Date(today.getTime() - days * 24 * 3_600_000)
const clock = settableClock(today)
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
  await server.database.owner.query('select make_partitions($1, 10)', [daysAgo(300)])
})
afterAll(() => server.stop())

let serial = 0
async function create(at: Date): Promise<string> {
  clock.set(at)
  const { body } = await server.api('POST', '/billing/customers', { external_reference: `C${++serial}` })
  await allSequenced(server)
  return body.id
}

test('a cursor that is older than what is kept is refused with the earliest time of which there are events', async () => {
  const start = (await page(server, 'cursor=latest')).next_cursor
  await create(daysAgo(200))
  await create(daysAgo(200))
  const between = (await page(server, `limit=1&cursor=${start}`)).next_cursor
  const behind = (await readToEnd(server, start)).cursor
  const kept = await create(today)
  await maintainDatabase(server.app)

  const { rows } = await server.database.pool.query<{ earliest: Date }>(
    'select events_dropped_before as earliest from retention',
  )
  for (const cursor of [start, between]) {
    const { status, body } = await server.api('GET', `/events?cursor=${cursor}`)
    expect([status, body.code]).toEqual([422, 'cursor_expired'])
    expect(body.detail).toContain(rows[0]?.earliest.toISOString())
    expect(body.errors).toMatchObject([{ parameter: 'cursor', code: 'cursor_expired' }])
  }
  const whole = await readToEnd(server)
  expect(whole.events.map(({ data }) => data.id)).toEqual([kept])
  expect(await readToEnd(server, behind)).toEqual(whole)
  await expectCleanBooks(server.database)
})

test('the months are dropped though nothing new comes, and the next cursor goes on', async () => {
  const last = (await readToEnd(server)).cursor
  expect((await page(server, `cursor=${last}`)).data).toEqual([])
  await create(today)
  expect((await page(server, `cursor=${last}`)).data).toHaveLength(1)
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstIdAt, type Id, timeOf } from '../../src/core/id/id.ts'
import { quarterMs, quarterOf, totalLedger, writtenForGoodMs } from '../../src/ledger/totals.ts'
import { seedOf } from '../support/seed.ts'

const now = new Date('2026-11-27T10:20:00.000Z')
const at = (time: string) => firstIdAt(Date.parse(`2026-11-27T${time}.000Z`))
const end = at('10:10:00')

type Total = { from: Id; to: Id; quarter: string }

/** A database with the ids of entries and the place up to which they are in totals, as far as this job asks it. */
function ledgerOf(entries: Id[], place: Id | undefined, onTotal: () => void = () => {}) {
  const totals: Total[] = []
  const asked: { name: string; first: unknown }[] = []
  let below = place
  const answer = (name: string, [first, second, third]: unknown[]): object[] => {
    if (asked.push({ name, first }) > 5_000) throw new Error('The job does not end.')
    if (name === 'lock-total-place') return below === undefined ? [] : [{ below }]
    if (name === 'find-next-entry') {
      const found = entries.filter((id) => id >= (first as Id) && id < (second as Id)).sort()
      return found.slice(0, 1).map((id) => ({ id }))
    }
    if (name === 'total-ledger') {
      below = second as Id
      totals.push({ from: first as Id, to: below, quarter: (third as Date).toISOString() })
      onTotal()
    }
    return []
  }
  const query = async ({ name, values = [] }: { name: string; values?: unknown[] }) => ({
    command: name.toUpperCase(),
    rows: answer(name, values),
  })
  return { pool: { connect: async () => ({ query, release: () => {} }) } as never, totals, asked }
}

describe('entries are added to totals', () => {
  test('from the next one on, those of one quarter of an hour together, up to ten minutes ago', async () => {
    const entries = [at('09:59:59'), at('10:07:00'), at('09:01:00'), at('09:14:59'), at('10:10:00'), at('08:00:00')]
    const { pool, totals, asked } = ledgerOf(entries, at('08:30:00'))
    await totalLedger(pool, now)
    expect(totals).toEqual([
      { from: at('09:01:00'), to: at('09:15:00'), quarter: '2026-11-27T09:00:00.000Z' },
      { from: at('09:59:59'), to: at('10:00:00'), quarter: '2026-11-27T09:45:00.000Z' },
      { from: at('10:07:00'), to: end, quarter: '2026-11-27T10:00:00.000Z' },
    ])
    const transaction = [
      { name: 'begin', first: undefined },
      { name: 'limit-statements', first: '60000ms' },
      { name: 'lock-total-place', first: undefined },
      { name: 'find-next-entry', first: expect.any(String) },
      { name: 'total-ledger', first: expect.any(String) },
      { name: 'commit', first: undefined },
    ]
    // It is at the end, and does not look again whether it is.
    expect(asked).toEqual([...transaction, ...transaction, ...transaction])
  })

  test('and where there is none, that is noted once', async () => {
    const { pool, totals } = ledgerOf([], at('08:30:00'))
    await totalLedger(pool, now)
    expect(totals).toEqual([{ from: end, to: end, quarter: '2026-11-27T10:00:00.000Z' }])
  })

  test('not from the end on, from beyond it, nor before there is a place', async () => {
    for (const place of [end, at('10:15:00'), undefined]) {
      const { pool, totals } = ledgerOf([at('09:01:00')], place)
      await totalLedger(pool, now)
      expect(totals).toEqual([])
    }
  })

  test('until it is to stop, after the quarter that it is at', async () => {
    const stop = new AbortController()
    const { pool, totals } = ledgerOf([at('09:01:00'), at('09:16:00')], at('08:30:00'), () => stop.abort())
    await totalLedger(pool, now, stop.signal)
    expect(totals).toHaveLength(1)
    const stopped = ledgerOf([at('09:01:00')], at('08:30:00'))
    await totalLedger(stopped.pool, now, AbortSignal.abort())
    expect(stopped.totals).toEqual([])
  })

  test('each once, in the quarter in which it was made, whenever the job runs', async () => {
    const hour = 60 * 60_000
    const times = fc.array(fc.integer({ min: 0, max: 3 * hour }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(times, times, async (made, runs) => {
        const start = Date.parse('2026-11-27T00:00:00.000Z')
        const entries = made.map((ms) => firstIdAt(start + ms))
        const { pool, totals } = ledgerOf(entries, firstIdAt(0))
        const ends = runs.sort((one, other) => one - other).map((ms) => start + ms)
        for (const ms of ends) await totalLedger(pool, new Date(ms))
        const seen = (ends.at(-1) ?? 0) - writtenForGoodMs
        for (const id of entries) {
          const holding = totals.filter(({ from, to }) => from <= id && id < to).map(({ quarter }) => quarter)
          const quarter = new Date(quarterOf(timeOf(id))).toISOString()
          expect(holding).toEqual(timeOf(id) < seen ? [quarter] : [])
        }
      }),
      { seed: seedOf('SEED') },
    )
  })
})

test('a quarter of an hour begins at the instant that it is asked of, or up to fifteen minutes before', () => {
  const start = Date.parse('2026-11-27T09:45:00.000Z')
  expect([start - 1, start, start + quarterMs - 1, start + quarterMs].map(quarterOf)).toEqual([
    start - quarterMs,
    start,
    start,
    start + quarterMs,
  ])
  expect([quarterMs, writtenForGoodMs]).toEqual([900_000, 600_000])
})

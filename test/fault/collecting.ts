import { expect } from 'vitest'
import type { Pool } from '../../src/database/pool.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'

/** Payments that are made all the while, each of them repeated with its key until it is acknowledged. */
export type Collecting = {
  /** Resolves when so many more are acknowledged. */
  reaches(count: number): Promise<void>
  /** How many were asked for and acknowledged between these two times. */
  between(from: number, to: number): number
  /** The longest time after `since` in which none was acknowledged, in ms; to be asked in the end. */
  longestPause(since: number): number
  /** How many were acknowledged until now. */
  acknowledged(): number
  /** How often each status with its code came. */
  answers: Map<string, number>
  /** Resolves when each of them has its last answer. */
  stop(): Promise<void>
  /** Proves that what was acknowledged is there, once, and nothing else is. */
  expectAllOnce(pool: Pool): Promise<void>
}

const amount = 3
const attemptMax_ms = 30_000

/** Two callers for each account. */
export function collectPayments(server: TestServer, accounts: readonly string[], name: string): Collecting {
  const acknowledged: { reference: string; asked: number; at: number }[] = []
  const answers = new Map<string, number>()
  let stopped = false
  const pay = async (account: string, reference: string) => {
    const body = { amount, currency: 'ZAR', channel: 'till', reference, account }
    const asked = performance.now()
    const answer = await server.api('POST', '/billing/payments', body, { 'idempotency-key': reference })
    const outcome = `${answer.status} ${answer.body.code ?? ''}`.trim()
    answers.set(outcome, (answers.get(outcome) ?? 0) + 1)
    if (answer.status === 201) acknowledged.push({ reference, asked, at: performance.now() })
    return answer.status
  }
  const callers = accounts.flatMap((account, place) =>
    [0, 1].map(async (caller) => {
      for (let count = 0; !stopped; count++) {
        const reference = `${name}-${place}-${caller}-${count}`
        await eventually(async () => (await pay(account, reference)) === 201, `${reference} is acknowledged`, 120_000)
      }
    }),
  )
  return {
    answers,
    async reaches(count) {
      const wanted = acknowledged.length + count
      await eventually(() => acknowledged.length >= wanted, `${wanted} are acknowledged`, attemptMax_ms)
    },
    acknowledged: () => acknowledged.length,
    between: (from, to) => acknowledged.filter(({ asked, at }) => asked > from && at < to).length,
    longestPause(since) {
      const times = [since, ...acknowledged.map(({ at }) => at).filter((at) => at > since)]
      return Math.max(...times.slice(1).map((at, place) => at - (times[place] as number)))
    },
    async stop() {
      stopped = true
      await Promise.all(callers)
    },
    async expectAllOnce(pool) {
      const { rows } = await pool.query<{ reference: string; count: number }>(
        "select reference, count(*)::integer as count from payment where reference like $1 || '-%' group by reference",
        [name],
      )
      const counts = new Map(rows.map(({ reference, count }) => [reference, count]))
      expect(acknowledged.filter(({ reference }) => counts.get(reference) !== 1)).toEqual([])
      expect(rows.filter(({ count }) => count !== 1)).toEqual([])
      expect([...answers.keys()].filter((one) => !/^(201|503 .*)$/.test(one))).toEqual([])
    },
  }
}

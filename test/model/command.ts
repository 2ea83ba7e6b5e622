import fc from 'fast-check'
import { expect } from 'vitest'
import type { TestServer } from '../support/server.ts'
import type { Classification, Debt, PlainLedger } from './plain-ledger.ts'

/** What a command runs against: the server, and the customer of this sequence. */
export type Real = { server: TestServer; customer: string; other: string; name: string; serial: number }

/** One operation: when it can be tried, and what it does to the server and to the plain ledger. */
export type Command = {
  check(model: PlainLedger): boolean
  run(model: PlainLedger, real: Real): Promise<void>
  toString(): string
}

export const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T
export const ownerOf = (debt: Debt) => ({ [debt.kind]: debt.id })

export async function call(real: Real, path: string, body: object, expectation: Classification, method = 'POST') {
  const answer = await real.server.api(method, path, body)
  const expectedStatus = method === 'PATCH' && expectation.status === 201 ? 200 : expectation.status
  expect([path, answer.status, answer.body.code]).toEqual([path, expectedStatus, expectation.code])
  return answer.body
}

/** Makes a command of what may run when, and what it does to both. */
export function command(
  name: string,
  check: (model: PlainLedger) => boolean,
  run: (model: PlainLedger, real: Real) => Promise<void>,
): Command {
  return { check, run, toString: () => name }
}

export const always = () => true
export const hasPayments = (model: PlainLedger) => model.payments.length > 0

export const amounts = fc.integer({ min: 1, max: 500 })
export const index = fc.nat({ max: 1_000 })
export const day = fc.option(fc.integer({ min: 1, max: 28 }), { nil: undefined })
export const date = (of: number | undefined) =>
  of === undefined ? undefined : `2026-03-${String(of).padStart(2, '0')}`
/** When money was taken: some day of that month, or now. */
export const taken = (of: number | undefined) => ({
  received_at: of === undefined ? undefined : `${date(of)}T12:00:00Z`,
})

export const obligationsOf = (body: { obligations: { id: string }[] }) => body.obligations.map(({ id }) => id)
export const reference = (real: Real) => ({ channel: 'cash', reference: `${real.name}-${++real.serial}` })

/** What belongs to a customer or an account, and what that owes itself. */
export const under = (debts: Debt[], debt: Debt) =>
  debts.filter(
    (one) =>
      one === debt ||
      (debt.kind === 'customer' && one.customer === debt.id) ||
      (debt.kind === 'account' && one.account === debt.id),
  )

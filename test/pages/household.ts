import { expect } from 'vitest'
import type { TestServer } from '../support/server.ts'
import { open, type PayerPage } from './payer.ts'

let made = 0

/** What the tests of choosing need of a server. */
export function customersOf(server: TestServer) {
  async function create(kind: 'customers' | 'accounts' | 'bills', body: Record<string, unknown>) {
    const external_reference = `choosing-${++made}`
    const created = await server.api('POST', `/billing/${kind}`, { external_reference, ...body })
    expect(created.status, created.text).toBe(201)
    return created.body
  }

  /** A customer with one debt of each kind of urgency, and one in another currency. */
  async function household() {
    const customer = await create('customers', { name: 'Thandi Nkosi', currency: 'ZAR', balance: 12_345 })
    const owner = { customer: customer.id, currency: 'ZAR' }
    const garden = await create('accounts', { ...owner, name: 'Garden water', balance: 45_050 })
    const bill = (reference: string, amount_due: number, due_date: string, more = {}) =>
      create('bills', {
        ...owner,
        external_reference: `${reference}-${made}`,
        amount_due,
        bill_date: '2026-10-01',
        due_date,
        ...more,
      })
    const late = await bill('OCT', 79_900, '2026-10-31')
    const today = await bill('NOV', 50_000, '2026-11-26')
    const later = await bill('DEC', 33_300, '2026-12-31', { account: garden.id })
    return { customer, garden, late, today, later }
  }

  const get = async (kind: string, { id }: { id: string }) => (await server.api('GET', `/billing/${kind}/${id}`)).body
  const paymentsCount = async () => {
    const { rows } = await server.database.pool.query<{ count: bigint }>('select count(*) from payment')
    return Number(rows[0]?.count)
  }
  const review = ({ presentment_url }: { presentment_url: string }, query: string) =>
    open(`${presentment_url}/review?${query}`)

  return { create, household, get, paymentsCount, review }
}

/** The debts that a page lists to be ticked, and whether they are. */
export const ticks = ({ html }: PayerPage) =>
  [...html.matchAll(/<input type="checkbox" name="debt" value="(\w+)"( checked)?>/g)].map(([, id, on]) => [
    id,
    Boolean(on),
  ])

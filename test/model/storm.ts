import { expect } from 'vitest'
import { seededRandom } from '../support/seeded-random.ts'
import type { TestServer } from '../support/server.ts'

const clients = 10
const operationsEach = 25
const dayMs = 86_400_000

type Shared = {
  name: string
  customer: string
  /** Whose accounts money is moved to that was posted wrong. */
  other: string
  accounts: string[]
  bills: string[]
  payments: string[]
  serial: number
}

/** A customer with ten accounts and ten bills, and another one. */
export async function prepareStorm(server: TestServer, name: string): Promise<Shared> {
  const create = async (path: string, body: object) => (await server.api('POST', path, body)).body.id as string
  const customer = await create('/billing/customers', { external_reference: name, currency: 'ZAR', balance: 5_000 })
  const other = await create('/billing/customers', { external_reference: `${name}o`, currency: 'ZAR', balance: 5_000 })
  const shared: Shared = { name, customer, other, accounts: [], bills: [], payments: [], serial: 0 }
  for (let index = 0; index < 10; index++) {
    const account = { customer, external_reference: `${name}a${index}`, currency: 'ZAR', balance: 5_000 }
    shared.accounts.push(await create('/billing/accounts', account))
    const bill = { customer, external_reference: `${name}b${index}`, currency: 'ZAR', amount_due: 3_000 }
    shared.bills.push(await create('/billing/bills', bill))
  }
  return shared
}

/** Has a payment returned, whatever is left of it, and presents it again twice at once: it is replaced once, or not at all. */
async function presentAgain(
  server: TestServer,
  payment: string,
  account: string,
  amount: number,
): Promise<{ status: number }> {
  await server.api('POST', `/billing/payments/${payment}/reversals`, { reason: 'returned' })
  const { channel, reference } = (await server.api('GET', `/billing/payments/${payment}`)).body
  const again = { currency: 'ZAR', channel, reference, account, replaces: payment }
  const present = (more: number) => server.api('POST', '/billing/payments', { ...again, amount: amount + more })
  const answers = await Promise.all([present(0), present(1)])
  expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1)
  return answers[0]
}

/** Moves money that was posted wrong, or money of an unknown payer, to either customer, and may have its bank take some back. */
async function passOn(
  server: TestServer,
  shared: Shared,
  payment: string,
  amount: number,
  random: () => number,
): Promise<{ status: number }> {
  const to = { customer: random() < 0.7 ? shared.other : shared.customer }
  const sent = {
    unidentified: true,
    amount,
    currency: 'ZAR',
    channel: 'bank',
    reference: `${shared.name}-${++shared.serial}`,
  }
  const isKnown = random() < 0.8
  const { id } = isKnown ? { id: payment } : (await server.api('POST', '/billing/payments', sent)).body
  const made = isKnown
    ? await server.api('POST', `/billing/payments/${id}/transfers`, { to, amount, reason: 'misposted' })
    : await server.api('POST', `/billing/payments/${id}/assignments`, { to })
  if (made.status === 201) shared.payments.push(made.body.id)
  if (random() < 0.3) await server.api('POST', `/billing/payments/${id}/reversals`, { amount, reason: 'bounced' })
  const back = { amount, channel: 'cash', reference: `${shared.name}-${++shared.serial}`, reason: 'too much' }
  return random() < 0.3 ? server.api('POST', `/billing/payments/${id}/refunds`, back) : made
}

/** One random operation. Every answer but a 5xx is right here: what must hold is said by the books at the end. */
async function operate(server: TestServer, shared: Shared, random: () => number): Promise<number> {
  const pick = (list: string[]) => list[Math.floor(random() * list.length)] as string
  const amount = 1 + Math.floor(random() * 900)
  const reference = `${shared.name}-${++shared.serial}`
  const account = pick(shared.accounts)
  const bill = pick(shared.bills)
  const payment = shared.payments.length > 0 ? pick(shared.payments) : undefined
  // Half of the money came before, much of it earlier than the bills, which count from today.
  const received_at = random() < 0.5 ? undefined : new Date(Date.now() - Math.floor(random() * 2 * dayMs)).toISOString()
  const pay = { amount, currency: 'ZAR', channel: 'cash', reference, received_at }
  const drawn = random()
  const call = (method: string, path: string, body?: object) => server.api(method, path, body)
  if (drawn < 0.35 || payment === undefined) {
    const target =
      random() < 0.4 ? { customer: shared.customer, policy: 'proportional' } : random() < 0.5 ? { account } : { bill }
    const answer = await call('POST', '/billing/payments', { ...pay, ...target })
    if (answer.status === 201) shared.payments.push(answer.body.id)
    return answer.status
  }
  const answered =
    drawn < 0.5
      ? call('POST', '/billing/payments', {
          ...pay,
          allocations: [
            { bill, amount: Math.ceil(amount / 2) },
            { account, amount: Math.floor(amount / 2) || 1 },
          ],
        })
      : drawn < 0.56
        ? passOn(server, shared, payment, amount, random)
        : drawn < 0.62
          ? call('POST', `/billing/payments/${payment}/reversals`, { amount, reason: 'bounced' })
          : drawn < 0.67
            ? presentAgain(server, payment, account, amount)
            : drawn < 0.72
              ? call('PATCH', `/billing/accounts/${account}`, { balance: amount })
              : drawn < 0.82
                ? call('POST', `/billing/accounts/${account}/adjustments`, {
                    amount: amount - 450 || 1,
                    reason: 'correction',
                  })
                : drawn < 0.88
                  ? call('PATCH', `/billing/bills/${bill}`, { amount_paid: amount })
                  : drawn < 0.92
                    ? call('POST', `/billing/bills/${bill}/void`)
                    : drawn < 0.94
                      ? call('POST', `/billing/bills/${bill}/adjustments`, {
                          kind: amount % 2 === 0 ? 'write_off' : 'discount',
                          amount: -amount,
                          reason: 'given up',
                        })
                      : drawn < 0.97
                        ? call('POST', `/billing/${pick([`bills/${bill}`, `accounts/${account}`])}/archive`)
                        : call('POST', '/billing/obligations', { payment, account, amount })
  return (await answered).status
}

/** Ten clients at once, each with 25 random operations on the same accounts and bills. None is answered with a 5xx. */
export async function storm(server: TestServer, shared: Shared, seed: number): Promise<void> {
  const statuses = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const random = seededRandom(seed * 31 + client)
      const seen: number[] = []
      for (let count = 0; count < operationsEach; count++) seen.push(await operate(server, shared, random))
      return seen
    }),
  )
  expect(statuses.flat().filter((status) => status >= 500)).toEqual([])
  expect(statuses.flat().filter((status) => status < 300).length).toBeGreaterThan((clients * operationsEach) / 4)
}

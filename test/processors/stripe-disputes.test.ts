import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { syncDueDisputes } from '../../src/payments/session/sync-due-disputes.ts'
import type { FakeSession } from '../fakes/stripe.ts'
import type { FakeDispute } from '../fakes/stripe-disputes.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { begin, type Merchant, startMerchant, webhookSecret } from './merchant.ts'

let merchant: Merchant
let url: string
let account: { id: string; presentment_url: string }
beforeAll(async () => {
  merchant = await startMerchant()
  url = await merchant.switchOn()
})
afterAll(async () => {
  await expectCleanBooks(merchant.server.database)
  await merchant.stop()
})
beforeEach(async () => {
  merchant.logged.length = 0
  account = await merchant.account()
  await begin(account.presentment_url)
  merchant.stripe.pay(session())
  await merchant.call(url, session())
  expect(await merchant.balance(account)).toBe(0)
  merchant.server.clock.advance(86_400_000)
})

const session = () => merchant.stripe.sessions.at(-1) as FakeSession
const disputes = () => merchant.stripe.disputes

/** Stripe calls about a dispute, and it is looked into. */
async function called(dispute: FakeDispute, options: { type?: string; id?: string } = {}): Promise<number> {
  const { body, headers } = merchant.stripe.disputeCallback(dispute, webhookSecret, options)
  const { status } = await fetch(url, { method: 'POST', body, headers })
  await lookIntoCallbacks(merchant.server.app)
  return status
}

const paymentOf = async () => (await merchant.live('GET', `/billing/payments?account=${account.id}`)).body.data[0]
const shown = async () => {
  const { id } = await paymentOf()
  return (await merchant.live('GET', `/collect/disputes?payment=${id}`)).body.data
}
const told = async () => {
  const { rows } = await merchant.server.database.pool.query<{ type: string }>(
    `select type from event where body::text like $1 and (type like 'dispute.%' or type = 'payment.reversed') order by id`,
    [`%"${(await paymentOf()).id}"%`],
  )
  return rows.map(({ type }) => type).sort()
}

describe('a dispute at Stripe', () => {
  test('takes the money when it is withdrawn, and brings it back when it is reinstated', async () => {
    const dispute = disputes().open(session(), { evidence_details: { due_by: 1_796_860_799 } })
    expect(await called(dispute, { type: 'charge.dispute.created' })).toBe(200)
    expect(await shown()).toMatchObject([
      {
        processor: 'stripe',
        processor_reference: dispute.id,
        amount: 2000,
        currency: 'ZAR',
        reason: 'fraudulent',
        status: 'needs_response',
        respond_by: '2026-12-09T23:59:59.000Z',
      },
    ])
    expect(await merchant.balance(account)).toBe(0)
    disputes().withdraw(dispute)
    await called(dispute, { type: 'charge.dispute.funds_withdrawn' })
    expect(await merchant.balance(account)).toBe(2000)
    expect(await paymentOf()).toMatchObject({ status: 'succeeded', reversed_amount: 2000 })
    dispute.status = 'under_review'
    await called(dispute)
    // It is won before the money is back.
    dispute.status = 'won'
    await called(dispute, { type: 'charge.dispute.closed' })
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['under_review', 2000])
    disputes().reinstate(dispute)
    await called(dispute, { type: 'charge.dispute.funds_reinstated' })
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['won', 0])
    expect(await told()).toEqual([
      'dispute.closed',
      'dispute.created',
      'dispute.updated',
      'dispute.updated',
      'payment.reversed',
    ])
  })

  test('that is an inquiry moves nothing, also when it is closed, and everything when it becomes more', async () => {
    const dispute = disputes().open(session(), { status: 'warning_needs_response' })
    await called(dispute)
    dispute.status = 'warning_under_review'
    await called(dispute)
    dispute.status = 'warning_closed'
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['closed', 0])
    dispute.status = 'needs_response'
    disputes().withdraw(dispute)
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['needs_response', 2000])
    expect((await shown())[0]).not.toHaveProperty('closed_at')
  })

  test('that is lost may be appealed, and won', async () => {
    const dispute = disputes().open(session())
    disputes().withdraw(dispute)
    dispute.status = 'lost'
    await called(dispute)
    expect((await shown())[0].status).toBe('lost')
    dispute.status = 'appeal_needs_response'
    await called(dispute)
    expect((await shown())[0].status).toBe('lost')
    dispute.status = 'won'
    disputes().reinstate(dispute)
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['won', 0])
    expect(await told()).toEqual(['dispute.closed', 'dispute.closed', 'dispute.created', 'payment.reversed'])
  })

  test('that is called about in any order, and twice, gives the same books', async () => {
    const dispute = disputes().open(session())
    disputes().withdraw(dispute)
    dispute.status = 'lost'
    for (const type of ['closed', 'closed', 'created', 'funds_withdrawn', 'updated', 'created']) {
      await called(dispute, { type: `charge.dispute.${type}`, id: `evt_${dispute.id}${type}` })
    }
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['lost', 2000])
    expect(await told()).toEqual(['dispute.closed', 'dispute.created', 'payment.reversed'])
  })

  test('of another part than the whole takes that part', async () => {
    const dispute = disputes().open(session(), { amount: 700 })
    disputes().withdraw(dispute)
    await called(dispute)
    expect(await merchant.balance(account)).toBe(700)
    expect(await paymentOf()).toMatchObject({ applied_amount: 1300, reversed_amount: 700, partially_reversed: true })
  })

  test('of more than was paid is a loss beyond that', async () => {
    const dispute = disputes().open(session(), { amount: 2_100 })
    disputes().withdraw(dispute)
    await called(dispute)
    expect([await merchant.balance(account), (await shown())[0].uncovered_amount]).toEqual([2000, 100])
  })

  test('in another currency is booked as nothing, and somebody is told', async () => {
    const dispute = disputes().open(session(), { currency: 'usd' })
    disputes().withdraw(dispute)
    await called(dispute)
    expect([await shown(), await merchant.balance(account)]).toEqual([[], 0])
    expect(merchant.logged).toContain(
      'a payment is disputed or taken back, but not in its currency, or nobody knows how much',
    )
  })

  test('of a status that nobody knows has not ended', async () => {
    const dispute = disputes().open(session(), { status: 'mediation' })
    disputes().withdraw(dispute)
    await called(dispute)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['under_review', 2000])
  })

  test('is asked about until it has ended, also when Stripe does not call', async () => {
    const dispute = disputes().open(session())
    await called(dispute)
    disputes().withdraw(dispute)
    dispute.status = 'lost'
    const asked = () => merchant.stripe.calls.filter((call) => call.endsWith(session().id)).length
    merchant.server.clock.advance(3_600_000)
    await syncDueDisputes(merchant.server.app)
    expect([(await shown())[0].status, await merchant.balance(account)]).toEqual(['lost', 2000])
    const before = asked()
    merchant.server.clock.advance(90 * 86_400_000)
    await syncDueDisputes(merchant.server.app)
    expect(asked()).toBe(before)
  })

  test('of the same charge as another is another', async () => {
    const [one, two] = [disputes().open(session(), { amount: 500 }), disputes().open(session(), { amount: 600 })]
    for (const dispute of [one, two]) disputes().withdraw(dispute)
    await called(one)
    expect(await paymentOf()).toMatchObject({ reversed_amount: 1_100, applied_amount: 900 })
    expect(await shown()).toHaveLength(2)
  })
})

test('what a callback says of a dispute is not believed', async () => {
  const dispute = disputes().open(session())
  const said = { ...dispute, status: 'lost', amount: 1 }
  disputes().withdraw(said)
  dispute.balance_transactions.length = 0
  await called(said)
  expect([(await shown())[0].amount, await merchant.balance(account)]).toEqual([2000, 0])
})

test('a callback about the payment intent of somebody else finds nothing', async () => {
  const dispute = disputes().open({ ...session(), id: 'cs_test_ofSomebodyElse' })
  expect(await called(dispute)).toBe(200)
  expect(await shown()).toEqual([])
})

test('a payment that was charged a moment ago is not asked about twice', async () => {
  const before = merchant.stripe.calls.length
  const fresh = await merchant.account()
  await begin(fresh.presentment_url)
  merchant.stripe.pay(session())
  await merchant.call(url, session())
  expect(merchant.stripe.calls.slice(before).filter((call) => call.includes('disputes'))).toEqual([])
})

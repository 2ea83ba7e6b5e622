import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { claimCancelledChecks } from '../../src/payments/session/store.ts'
import { syncCancelledSessions } from '../../src/payments/session/sync-cancelled-sessions.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import { goodCard, makeAccount, open, payWith, statusOf, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const hourMs = 3_600_000

describe('a payment that was called off while its payer was on the card page', () => {
  let raised = 0
  /** A bill whose payer has come to the card page, and how its merchant calls the payment off. */
  async function begun(how: 'voided' | 'archived') {
    raised += 1
    const bill = { external_reference: `called-off-${raised}`, currency: 'ZAR', amount_due: 2000 }
    const customer = { external_reference: `called-off-${raised}` }
    const { id, presentment_url } = (await server.api('POST', '/billing/bills', { ...bill, customer })).body
    const cardPage = await submit((await open(presentment_url)).forms[0])
    const callOff = async () => {
      if (how === 'archived') await server.api('PATCH', `/billing/bills/${id}`, { amount_paid: 2000 })
      const action = how === 'voided' ? 'void' : 'archive'
      expect((await server.api('POST', `/billing/bills/${id}/${action}`)).status).toBe(200)
      expect(await paymentOf({ id })).toMatchObject({ status: 'cancelled' })
    }
    return { id, presentment_url, cardPage, callOff }
  }
  const paymentOf = async ({ id }: { id: string }) => {
    const { rows } = await server.database.pool.query(
      'select status, amount, applied_amount, unapplied_amount from payment where target_id = $1',
      [parseId('bill', id)],
    )
    return rows[0]
  }
  const outcomeOf = (presentment_url: string, url: string) => {
    expect(url).toContain(presentment_url)
    return open(url)
  }

  it.each([
    ['voided', 'it had been withdrawn.'],
    ['archived', 'it had been paid already, or taken off.'],
  ] as const)('%s: who is charged all the same gets a receipt, and the money is kept', async (how, sentence) => {
    const one = await begun(how)
    await one.callOff()
    const outcome = await submit(one.cardPage.forms[0], goodCard)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain(sentence)
    expect(outcome.text).toContain('R 20,00 of it was not needed. Acme Water holds it for you')
    expect(await paymentOf(one)).toMatchObject({ status: 'succeeded', unapplied_amount: 2000n })
    expect(statusOf(await outcomeOf(one.presentment_url, outcome.url))).toEqual(['succeeded'])
  })

  it.each(['voided', 'archived'] as const)(
    '%s: says so to who comes back without paying, and offers no way on that leads nowhere',
    async (how) => {
      const one = await begun(how)
      await one.callOff()
      const back = /href="([^"]+)">Go back without paying/.exec(one.cardPage.html)?.[1] ?? ''
      const outcome = await outcomeOf(one.presentment_url, back)
      expect(statusOf(outcome)).toEqual(['failed'])
      expect(outcome.text).toContain('It was called off. Nothing was taken.')
      for (const [, link] of outcome.html.matchAll(/href="(\/p\/[^"]+)"/g)) {
        expect((await open(server.url + link)).status).toBe(200)
      }
    },
  )

  it.each(['voided', 'archived'] as const)(
    '%s: money of a payer who never came back is found by the job',
    async (how) => {
      const one = await begun(how)
      await one.callOff()
      const [form] = one.cardPage.forms
      await fetch(form?.action ?? '', { method: 'POST', redirect: 'manual', body: new URLSearchParams(goodCard) })
      clock.advance(31_000)
      await syncDueSessions(server.app)
      expect(await paymentOf(one)).toMatchObject({ status: 'cancelled' })
      await syncCancelledSessions(server.app)
      expect(await paymentOf(one)).toMatchObject({ status: 'succeeded', unapplied_amount: 2000n })
      const { body } = await server.api('GET', `/billing/bills/${one.id}`)
      expect(body).not.toHaveProperty('archived_at')
    },
  )

  it('is on its way when the bank decides later, and is looked after as any other', async () => {
    const one = await begun('voided')
    await one.callOff()
    const outcome = await submit(one.cardPage.forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
    expect(statusOf(outcome)).toEqual(['pending'])
    expect(await paymentOf(one)).toMatchObject({ status: 'processing' })
    clock.advance(60_000)
    await syncDueSessions(server.app)
    expect(await paymentOf(one)).toMatchObject({ status: 'succeeded', unapplied_amount: 2000n })
  })

  it.each(['voided', 'archived'] as const)(
    '%s: is closed at the processor by the job, once, so that nobody is charged',
    async (how) => {
      const one = await begun(how)
      await one.callOff()
      await syncCancelledSessions(server.app)
      const outcome = await submit(one.cardPage.forms[0], goodCard)
      expect(statusOf(outcome)).toEqual(['failed'])
      expect(outcome.text).toContain('It was called off. Nothing was taken.')
      expect(await paymentOf(one)).toMatchObject({ status: 'cancelled', unapplied_amount: 0n })
      clock.advance(hourMs)
      expect(await claimCancelledChecks(server.app.pool, clock.now(), 50)).toEqual([])
    },
  )
})

describe('the receipt of a payment', () => {
  it('still shows when what was paid has been archived since, and the page of that does not', async () => {
    const account = await makeAccount(server)
    const receipt = await payWith(account.presentment_url, '4242424242424242')
    expect(receipt.text).toContain('See what is left to pay')
    await server.api('POST', `/billing/accounts/${account.id}/archive`)
    const later = await open(receipt.url)
    expect(statusOf(later)).toEqual(['succeeded'])
    expect(later.text).toContain('You paid R 20,00')
    expect(later.text).not.toContain('See what is left to pay')
    expect((await open(account.presentment_url)).status).toBe(404)
    const other = await makeAccount(server)
    const foreign = receipt.url.replace(account.presentment_url, other.presentment_url)
    expect((await open(foreign)).status).toBe(404)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expireNotices } from '../../src/payments/notice/expire.ts'
import { allSequenced } from '../events/feed.ts'
import { customersOf } from '../pages/household.ts'
import { balanceOf, goodCard, makeAccount, open, statusOf, submit } from '../pages/payer.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { chooseIn, chooseTransfer, codeOf, noticeOf, recordLine, startBank, stateOf } from './merchant.ts'

let server: Awaited<ReturnType<typeof startBank>>
beforeAll(async () => {
  server = await startBank()
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const eventsOf = async (id: string) => {
  await allSequenced(server)
  const { body } = await server.api('GET', '/events?limit=100&types=transfer_notice.*')
  return body.data.filter((one: { data: { id: string } }) => one.data.id === id)
}
const debtsOf = async (made: object) =>
  (await server.api('GET', `/billing/customers/${(made as { id: string }).id}`)).body

describe('a payer who pays by bank transfer', () => {
  test('is shown the account and a code, tells that it was sent, and the line of the bank pays it', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url, { amount: '20' })
    expect([page.status, stateOf(page)]).toEqual([200, 'shown'])
    for (const shown of ['Acme Water (Pty) Ltd', 'First Bank', '62 0000 00000', '250655'])
      expect(page.text).toContain(shown)
    const announced = await submit(page.forms[0])
    expect([stateOf(announced), announced.forms.length, codeOf(announced)]).toEqual(['announced', 0, codeOf(page)])
    expect(await balanceOf(server, account)).toBe(2000)
    const { status, body } = await recordLine(server, `EFT ${codeOf(page)} THANDI`, 2000)
    expect([status, body.customer_id, body.applied_amount, body.explanation.policy]).toEqual([
      201,
      account.customer_id,
      2000,
      'chosen',
    ])
    expect(await balanceOf(server, account)).toBe(0)
    const settled = await open(page.url)
    expect(stateOf(settled)).toBe('settled')
    const receipt = /href="(\/receipts\/[^"]+)"/.exec(settled.html)?.[1] ?? ''
    expect((await open(server.url + receipt)).text).toContain('Home water')
    expect(await noticeOf(server, account.customer_id)).toMatchObject({
      status: 'settled',
      settled_by: body.id,
      code: codeOf(page),
      debts: [{ account_id: account.id, amount: 2000 }],
    })
  })

  test('gets the same code again, on the page and when the same is chosen again; another amount gets another', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url)
    expect(codeOf(await open(page.url))).toBe(codeOf(page))
    expect(codeOf(await chooseTransfer(account.presentment_url))).toBe(codeOf(page))
    expect(codeOf(await chooseTransfer(account.presentment_url, { amount: '5' }))).not.toBe(codeOf(page))
  })

  test('still owes all of it, is reminded of what was announced, and may pay otherwise', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url, { amount: '15' })
    await submit(page.forms[0])
    const owed = await open(account.presentment_url)
    expect(owed.text).toMatch(/you owe R 20,00/)
    expect(owed.text).toMatch(/bank transfer of R 15,00 with the reference PX.+ was announced on 23 November 2026/)
    const card = await submit((await submit(owed.forms[0])).forms[0], { processor: 'simulator' })
    expect(statusOf(await submit(card.forms[0], goodCard))).toEqual(['succeeded'])
    const late = await recordLine(server, codeOf(page), 1500)
    expect([late.body.applied_amount, late.body.unapplied_amount]).toEqual([0, 1500])
  })

  test('announces once, however often the button is pressed', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url)
    await Promise.all([submit(page.forms[0]), submit(page.forms[0]), submit(page.forms[0])])
    const { id, announced_at } = await noticeOf(server, account.customer_id)
    const events = await eventsOf(id)
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['transfer_notice.announced'])
    expect(events[0].data).toMatchObject({ status: 'announced', announced_at, object_version: 2 })
  })

  test('may begin with a card, go back, and choose a transfer with the same form', async () => {
    const account = await makeAccount(server)
    const list = await submit((await open(account.presentment_url)).forms[0])
    expect((await submit(list.forms[0], { processor: 'simulator' })).url).toContain('/simulator/')
    const page = await chooseIn(list)
    expect(stateOf(page)).toBe('shown')
    await recordLine(server, codeOf(page), 2000)
    expect(await balanceOf(server, account)).toBe(0)
  })

  test('cannot announce from another site, nor see the transfer of another link', async () => {
    const [mine, other] = [await makeAccount(server), await makeAccount(server)]
    const page = await chooseTransfer(mine.presentment_url)
    const foreign = await submit(page.forms[0], {}, { origin: 'https://evil.example' })
    expect([foreign.status, (await noticeOf(server, mine.customer_id)).status]).toEqual([403, 'shown'])
    const path = /\/transfers\/tn_\w+/.exec(page.url)?.[0] ?? ''
    expect((await open(other.presentment_url + path)).status).toBe(404)
    expect((await open(`${mine.presentment_url}/transfers/tn_none`)).status).toBe(404)
  })
})

describe('a transfer for several debts', () => {
  test('pays them in the order that was chosen, as far as the money goes', async () => {
    const { household, review } = customersOf(server)
    const { customer, late, today } = await household()
    const page = await chooseIn(await submit((await review(customer, `debt=${late.id}&debt=${today.id}`)).forms[0]))
    const { body } = await recordLine(server, codeOf(page), 100_000)
    expect(
      body.obligations.map(({ bill_id, amount }: { bill_id: string; amount: number }) => [bill_id, amount]),
    ).toEqual([
      [late.id, 79_900],
      [today.id, 20_100],
    ])
  })

  test('whose money comes in two lines is paid by both; what is too much stays unapplied, never spent on other debts', async () => {
    const { household, review } = customersOf(server)
    const { customer, late, today } = await household()
    const page = await chooseIn(await submit((await review(customer, `debt=${late.id}&debt=${today.id}`)).forms[0]))
    const first = await recordLine(server, codeOf(page), 90_000)
    const second = await recordLine(server, codeOf(page), 90_000)
    expect([first.body.applied_amount, first.body.unapplied_amount]).toEqual([90_000, 0])
    expect([second.body.applied_amount, second.body.unapplied_amount]).toEqual([39_900, 50_100])
    const notice = await noticeOf(server, customer.id)
    expect(notice).toMatchObject({ status: 'settled', settled_by: first.body.id })
    expect((await eventsOf(notice.id)).map(({ type }: { type: string }) => type)).toEqual(['transfer_notice.settled'])
    expect(await debtsOf(customer)).toMatchObject({ balance: 12_345 })
  })

  test('of a bill that was voided meanwhile keeps its money at the customer', async () => {
    const { household } = customersOf(server)
    const { customer, late } = await household()
    const page = await chooseTransfer(late.presentment_url)
    await server.api('POST', `/billing/bills/${late.id}/void`)
    const { body } = await recordLine(server, codeOf(page), 79_900)
    expect([body.customer_id, body.unapplied_amount]).toEqual([customer.id, 79_900])
  })

  test('is told on the page of each debt, with its part of it, and leads to the transfer only from where it was begun', async () => {
    const { household, review } = customersOf(server)
    const { customer, late, today, later } = await household()
    const page = await chooseIn(await submit((await review(customer, `debt=${late.id}&debt=${today.id}`)).forms[0]))
    await submit(page.forms[0])
    expect((await open(customer.presentment_url)).text).toContain('bank transfer of R 1 299,00')
    const bill = await open(late.presentment_url)
    expect(bill.text).toContain('bank transfer of R 799,00')
    expect(bill.html).not.toContain('/transfers/')
    expect((await open(later.presentment_url)).text).not.toContain('announced')
  })
})

describe('two lines of the bank with one code at the same time', () => {
  test('are two payments, and one of them ends the notice', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url)
    const answers = await Promise.all(Array.from({ length: 6 }, () => recordLine(server, `x ${codeOf(page)}`, 500)))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201])
    expect(answers.reduce((sum, { body }) => sum + body.applied_amount, 0)).toBe(2000)
    expect(await balanceOf(server, account)).toBe(0)
    const notice = await noticeOf(server, account.customer_id)
    expect(answers.map(({ body }) => body.id)).toContain(notice.settled_by)
    expect(await eventsOf(notice.id)).toHaveLength(1)
  })
})

describe('a notice', () => {
  test('expires 30 days after it was announced; money that comes later still finds its debts, and settles it', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url)
    server.clock.advance(20 * 86_400_000)
    await submit(page.forms[0])
    server.clock.advance(29 * 86_400_000)
    expect(stateOf(await open(page.url))).toBe('announced')
    server.clock.advance(2 * 86_400_000)
    const ended = await open(page.url)
    expect([stateOf(ended), codeOf(ended)]).toEqual(['expired', ''])
    expect((await open(account.presentment_url)).text).not.toContain('announced')
    expect((await noticeOf(server, account.customer_id)).status).toBe('expired')
    await expireNotices(server.app)
    const { rows } = await server.database.pool.query('select status from transfer_notice where code = $1', [
      codeOf(page),
    ])
    expect(rows).toEqual([{ status: 'expired' }])
    expect(codeOf(await chooseTransfer(account.presentment_url))).not.toBe(codeOf(page))
    const { body } = await recordLine(server, codeOf(page), 2000)
    expect(body.applied_amount).toBe(2000)
    const { body: list } = await server.api('GET', `/collect/transfer_notices?code=${codeOf(page)}`)
    expect(list.data).toMatchObject([{ status: 'settled', settled_by: body.id }])
  })

  test('says that it can no longer be paid so when bank transfer is switched off, and its code still works', async () => {
    const account = await makeAccount(server)
    const page = await chooseTransfer(account.presentment_url)
    await server.api('PATCH', '/settings/processors/bank_transfer', { enabled: false })
    const gone = await open(page.url)
    expect(gone.text).toContain('Bank transfer is not offered here any more')
    expect(gone.text).not.toContain('62 0000')
    await server.api('PATCH', '/settings/processors/bank_transfer', { enabled: true })
    expect((await recordLine(server, codeOf(page), 2000)).body.applied_amount).toBe(2000)
  })
})

describe('lists of notices', () => {
  test('can be narrowed by customer, status and code, and paged', async () => {
    const account = await makeAccount(server)
    const pages = [await chooseTransfer(account.presentment_url, { amount: '1' })]
    pages.push(await chooseTransfer(account.presentment_url, { amount: '2' }))
    await submit(pages[1]?.forms[0])
    const list = async (query: string) => {
      const { status, body } = await server.api('GET', `/collect/transfer_notices?${query}`)
      return status === 200 ? body.data.map(({ code }: { code: string }) => code) : status
    }
    const [first, second] = pages.map(codeOf)
    const whose = `customer=${account.customer_id}`
    expect(await list(whose)).toEqual([second, first])
    expect(await list(`${whose}&status=announced`)).toEqual([second])
    expect(await list(`${whose}&status=shown`)).toEqual([first])
    expect(await list(`${whose}&status=expired`)).toEqual([])
    expect(await list(`code=${first?.toLowerCase().replace(/(....)/g, '$1%20')}`)).toEqual([first])
    expect(await list('code=PX7K')).toEqual([])
    expect(await list('customer=nobody')).toEqual([])
    expect(await list('status=paid')).toBe(400)
    const { body } = await server.api('GET', `/collect/transfer_notices?${whose}&limit=1`)
    const next = await server.api('GET', `/collect/transfer_notices?${whose}&limit=1&cursor=${body.next_cursor}`)
    expect([body.has_more, next.body.data[0].code, next.body.has_more]).toEqual([true, first, false])
    const one = await server.api('GET', `/collect/transfer_notices/${body.data[0].id}`)
    expect([one.body, one.headers.get('etag')]).toEqual([body.data[0], '"2"'])
    expect((await server.api('GET', '/collect/transfer_notices/tn_none')).status).toBe(404)
  })
})

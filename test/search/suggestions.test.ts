import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { squeezedPieces } from '../../src/search/suggestions/squeezed.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0

async function create(path: string, body: unknown) {
  const answer = await server.api('POST', path, body)
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

const billOf = (external_reference: string, amount_due: number, more: object = {}) => {
  const customer = { external_reference: `owner-of-${external_reference}` }
  return create('/billing/bills', { customer, external_reference, currency: 'ZAR', amount_due, ...more })
}

/** Money of an unknown payer with a text of the bank. */
const deposit = (amount: number, text?: string) =>
  create('/billing/payments', {
    unidentified: true,
    amount,
    currency: 'ZAR',
    channel: 'bank_transfer',
    reference: `!${++serial}`,
    ...(text !== undefined && { details: { text } }),
  })

/** The ids of what is suggested, with what each matched. */
async function suggested({ id }: { id: string }): Promise<[string, string[]][]> {
  const answer = await server.api('GET', `/billing/payments/${id}/suggestions`)
  expect(answer.status, answer.text).toBe(200)
  return answer.body.data.map((one: { object: { id: string }; matched: string[] }) => [one.object.id, one.matched])
}

describe('a reference in the text of the bank', () => {
  test.each([
    ['as it is', 'INV-2041_77'],
    ['without what is no letter and no digit, in capitals', 'EFT INV204177'],
    ['in small letters and torn apart', 'payment inv 20 41-77 thanks'],
    ['with a line end in it', 'INV-20\n4177'],
    ['where digits are glued to it', 'REF99INV-2041_77 JDOE'],
  ])('is found %s', async (_name, text) => {
    const reference = 'INV-2041_77'
    const known = await server.api('GET', `/billing/bills/${reference}`)
    const bill = known.status === 200 ? known.body : await billOf(reference, 8_100)
    expect(await suggested(await deposit(1, text))).toEqual([[bill.id, ['external_reference']]])
  })

  test("is found in the payment's reference too, of a customer and of an account as well", async () => {
    const customer = await create('/billing/customers', {
      external_reference: 'Meter-55-01',
      currency: 'ZAR',
      balance: 10,
    })
    const account = await create('/billing/accounts', { customer: customer.id, external_reference: 'ACC_55_02' })
    const body = { unidentified: true, amount: 20, currency: 'ZAR', channel: 'till', reference: 'acc5502 meter5501' }
    const payment = await create('/billing/payments', body)
    expect((await suggested(payment)).map(([id]) => id)).toEqual([customer.id, account.id])
  })

  test('is no part of a longer word or number, and has four characters at least', async () => {
    await billOf('90817', 100)
    await billOf('77X', 100)
    expect(await suggested(await deposit(1, 'TEL 0908172 77X'))).toEqual([])
  })

  test('of a bill that is void is not suggested, and of one that is paid it is', async () => {
    const voided = await billOf('void-6001', 111)
    await server.api('POST', `/billing/bills/${voided.id}/void`)
    const paid = await billOf('paid-6002', 111)
    await create('/billing/payments', {
      bill: paid.id,
      amount: 111,
      currency: 'ZAR',
      channel: 'till',
      reference: 'once',
    })
    expect(await suggested(await deposit(111, 'VOID6001 PAID6002'))).toEqual([[paid.id, ['external_reference']]])
  })

  test('has a bounded number of pieces, whatever the text', () => {
    const text = Array.from({ length: 500 }, (_, at) => 'a1'[at % 2]).join('')
    expect(squeezedPieces(text).length).toBeLessThanOrEqual(4_800)
    expect(squeezedPieces(`${'x'.repeat(70)} ab 12`)).toEqual(['AB12'])
  })
})

describe('the amount', () => {
  test('is that of the newest unpaid bills in the currency; what is named and owes it comes first', async () => {
    const same = await billOf('other-7001', 7_654)
    const named = await billOf('named-7002', 7_654)
    const more = await billOf('named-7003', 9_999)
    await billOf('dollars-7004', 7_654, { currency: 'USD' })
    expect(await suggested(await deposit(7_654, 'NAMED7002 NAMED7003'))).toEqual([
      [named.id, ['external_reference', 'amount']],
      [more.id, ['external_reference']],
      [same.id, ['amount']],
    ])
  })

  test('of unapplied money is compared with what its customer owes, and with the debts of nobody else', async () => {
    await billOf('theirs-8001', 4_321)
    const bill = await billOf('first-8002', 100)
    const { customer_id: customer } = bill
    const paid = {
      bill: bill.id,
      amount: 4_421,
      currency: 'ZAR',
      channel: 'till',
      reference: 'over-8002',
      policy: 'oldest_first',
    }
    const { bill: _, ...rest } = paid
    const payment = await create('/billing/payments', { customer, ...rest })
    expect(payment.unapplied_amount).toBe(4_321)
    const account = await create('/billing/accounts', {
      customer,
      external_reference: 'own-8003',
      currency: 'ZAR',
      balance: 4_321,
    })
    expect(await suggested(payment)).toEqual([[account.id, ['amount']]])
  })
})

test('money that is applied, assigned or gone has no suggestions, and what is of another environment is not there', async () => {
  const bill = await billOf('done-9001', 50)
  const paid = await create('/billing/payments', {
    bill: bill.id,
    amount: 50,
    currency: 'ZAR',
    channel: 'till',
    reference: 'done-9001',
  })
  expect(await suggested(paid)).toEqual([])
  const waiting = await deposit(50, 'DONE9001')
  expect(await suggested(waiting)).toHaveLength(1)
  await create(`/billing/payments/${waiting.id}/assignments`, { to: { customer: bill.customer_id } })
  expect(await suggested(waiting)).toEqual([])
  const absent = await server.api('GET', '/billing/payments/pay_0352VzoOgxZLjFwDxIdH3R/suggestions')
  expect([absent.status, absent.body.code]).toEqual([404, 'not_found'])
})

test('a dry run of a batch answers for money of an unknown payer as it will be: nothing is applied', async () => {
  const row = { unidentified: true, amount: 700, currency: 'ZAR', channel: 'bank_transfer', reference: 'dry-1' }
  const dry = await server.api('POST', '/billing/payments/batch?dry_run=true', { rows: [row] })
  expect(dry.status, dry.text).toBe(200)
  expect(dry.body.data[0]).toMatchObject({ status: 201, body: { amount: 700, applied: [], unapplied_amount: 0 } })
  const done = await server.api('POST', '/billing/payments/batch', { rows: [row] })
  expect(done.body.data[0]).toMatchObject({ status: 201, body: { suspense_amount: 700 } })
})

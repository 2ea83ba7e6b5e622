import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let count = 0
const newBill = (more: object = {}) => {
  const reference = `reissue-${++count}`
  const customer = { external_reference: `${reference}-customer` }
  return { external_reference: reference, customer, currency: 'ZAR', amount_due: 2000, ...more }
}

async function raise(body: object) {
  const answer = await server.api('POST', '/billing/bills', body)
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}

/** A voided bill, and what raises it anew. */
async function voidedBill() {
  const sent = newBill()
  const bill = await raise(sent)
  expect((await server.api('POST', `/billing/bills/${bill.id}/void`)).status).toBe(200)
  return { bill, again: { ...sent, customer: bill.customer_id, amount_due: 1800, reissue_of: bill.id } }
}

async function refusal(body: object) {
  const { status, body: problem } = await server.api('POST', '/billing/bills', body)
  return [status, problem.code, problem.errors?.[0]?.pointer]
}

describe('a voided bill that is raised anew', () => {
  test('leaves its reference to the new one, and is found by its id', async () => {
    const { bill, again } = await voidedBill()
    const anew = await raise(again)
    expect(anew).toMatchObject({ reissue_of: bill.id, external_reference: bill.external_reference, amount_due: 1800 })
    const byReference = await server.api('GET', `/billing/bills/${bill.external_reference}`)
    expect(byReference.body.id).toBe(anew.id)
    const byId = await server.api('GET', `/billing/bills/${bill.id}`)
    expect(byId.body).toMatchObject({ id: bill.id, status: 'voided', external_reference: bill.external_reference })
    const listed = await server.api('GET', `/billing/bills?external_reference=${bill.external_reference}`)
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([anew.id])
    const payment = {
      amount: 1800,
      currency: 'ZAR',
      channel: 'till',
      reference: 'reissued',
      bill: bill.external_reference,
    }
    expect((await server.api('POST', '/billing/payments', payment)).status).toBe(201)
    expect((await server.api('GET', `/billing/bills/${anew.id}`)).body.status).toBe('paid')
  })

  test('is raised anew once, however many ask at the same time; the one that stands for it may be voided in its turn', async () => {
    const { again } = await voidedBill()
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.api('POST', '/billing/bills', again)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)])
    const second = answers.find(({ status }) => status === 201)?.body
    await server.api('POST', `/billing/bills/${second.id}/void`)
    const third = await raise({ ...again, reissue_of: second.id })
    const found = await server.api('GET', `/billing/bills/${again.external_reference}`)
    expect(found.body).toMatchObject({ id: third.id, reissue_of: second.id })
  })

  test('is refused where nothing fits: not voided, another reference or customer, nobody’s, no id', async () => {
    const taken = [409, 'external_reference_taken', '/external_reference']
    const { bill, again } = await voidedBill()
    const open = newBill()
    const unpaid = await raise(open)
    expect(await refusal({ ...open, customer: unpaid.customer_id, reissue_of: unpaid.id })).toEqual(taken)
    expect(await refusal({ ...again, external_reference: 'reissue-another' })).toEqual(taken)
    expect(await refusal({ ...again, customer: unpaid.customer_id })).toEqual(taken)
    const unknown = [404, 'not_found', '/reissue_of']
    expect(await refusal({ ...again, reissue_of: bill.external_reference })).toEqual(unknown)
    expect(await refusal({ ...again, reissue_of: 'bill_0000000000000000000000' })).toEqual(unknown)
    const other = await server.api('POST', '/billing/bills', newBill({ reissue_of: bill.id }), {
      authorization: `Bearer ${server.liveKey}`,
    })
    expect([other.status, other.body.errors[0].pointer]).toEqual([404, '/reissue_of'])
    expect((await raise(again)).reissue_of).toBe(bill.id)
  })

  test('keeps no reference when its customer is pseudonymised, and neither does the other', async () => {
    const { bill, again } = await voidedBill()
    const anew = await raise(again)
    const answer = await server.api('POST', `/billing/customers/${bill.customer_id}/pseudonymise`)
    expect(answer.status).toBe(200)
    for (const { id } of [bill, anew]) {
      const { external_reference } = (await server.api('GET', `/billing/bills/${id}`)).body
      expect(external_reference).toMatch(/^erased_/)
      expect((await server.api('GET', `/billing/bills/${external_reference}`)).body.id).toBe(id)
    }
    expect((await server.api('GET', `/billing/bills/${again.external_reference}`)).status).toBe(404)
  })
})

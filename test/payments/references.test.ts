import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let customer: string
beforeAll(async () => {
  server = await testServer()
  const { body } = await server.api('POST', '/billing/customers', {
    external_reference: 'C1',
    currency: 'ZAR',
    balance: 100_000,
  })
  customer = body.id
})
afterAll(() => server.stop())

const pay = (reference: string, more: object = {}) =>
  server.api('POST', '/billing/payments', {
    amount: 100,
    currency: 'ZAR',
    channel: 'bank_transfer',
    customer,
    reference,
    ...more,
  })
const balance = async (): Promise<number> => (await server.api('GET', `/billing/customers/${customer}`)).body.balance
const find = async (reference: string) =>
  (await server.api('GET', `/billing/payments?channel=bank_transfer&reference=${encodeURIComponent(reference)}`)).body

const lookalikes = ['Café  7', 'Cafe\u0301 7', ' Café 7', 'Café 7\n', 'Café\u00a07', 'Cafe\u0301\u202f\t7 ']

describe('a reference that cannot be told from another by eye', () => {
  test('is the same payment, which is shown as it was sent first', async () => {
    const before = await balance()
    const first = await pay('Café 7')
    expect([first.status, first.body.reference]).toEqual([201, 'Café 7'])
    for (const reference of lookalikes) {
      const again = await pay(reference)
      expect([reference, again.status, again.body.id]).toEqual([reference, 200, first.body.id])
      expect(again.body.reference).toBe('Café 7')
    }
    expect(await balance()).toBe(before - 100)
  })

  test('is one payment also when all arrive at once', async () => {
    const before = await balance()
    const answers = await Promise.all(lookalikes.map((reference) => pay(reference.replace('7', '8'))))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201])
    expect(await balance()).toBe(before - 100)
  })

  test('is a conflict for other money', async () => {
    await pay('Gebühr 9')
    const other = await pay(' Gebu\u0308hr  9', { amount: 101 })
    expect([other.status, other.body.code]).toEqual([409, 'payment_reference_conflict'])
  })

  test('is found by each of them, and shown as it was sent', async () => {
    const sent = 'Sent\u00a0as  it i\u0301s '
    const { body } = await pay(sent)
    for (const reference of [sent, 'Sent as it ís', ' Sent as it\ni\u0301s']) {
      const { data } = await find(reference)
      expect(data).toEqual([expect.objectContaining({ id: body.id, reference: sent })])
    }
    expect((await find('sent as it ís')).data).toEqual([])
  })

  test('is taken over by the payment that replaces a returned one', async () => {
    const first = (await pay('Café 10')).body
    await server.api('POST', `/billing/payments/${first.id}/reversals`, { reason: 'bounced' })
    const second = await pay('Cafe\u0301\u00a010 ', { replaces: first.id })
    expect([second.status, second.body.replaces, second.body.reference]).toEqual([201, first.id, 'Cafe\u0301\u00a010 '])
    const again = await pay(' Café 10', { replaces: first.id })
    expect([again.status, again.body.id]).toEqual([200, second.body.id])
    expect((await find('Café 10')).data).toEqual([expect.objectContaining({ id: second.body.id })])
  })

  test('is looked up as a clerk types it', async () => {
    const { body } = await server.api('GET', `/billing/lookups?reference=${encodeURIComponent('\u00a0C1 \t')}`)
    expect(body.data).toEqual([expect.objectContaining({ id: customer })])
  })
})

test.each(['Café 7\u200b', '\ufeffCafé', 'Ca\u00adfé', '\u202eéfaC', 'C\u0000', '\u0007', ' \u00a0', '\ue000'])(
  'a reference that holds what cannot be seen is refused: %j',
  async (reference) => {
    const before = await balance()
    const refused = await pay(reference)
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/reference'])
    for (const query of ['payments?channel=cash&', 'lookups?']) {
      const answer = await server.api('GET', `/billing/${query}reference=${encodeURIComponent(reference)}`)
      expect([query, answer.status, answer.body.errors[0].parameter]).toEqual([query, 400, 'reference'])
    }
    expect(await balance()).toBe(before)
  },
)

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatId, newId } from '../../src/core/id/id.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

async function create(path: string, body?: unknown) {
  const answer = await server.api('POST', path, body)
  expect([answer.status, answer.text]).toEqual([201, expect.anything()])
  return answer.body
}

let made = 0
/** A customer with a reference that nothing else here has. */
function customer(fields: Record<string, unknown>): Promise<{ id: string; external_reference: string }> {
  made += 1
  return create('/billing/customers', { external_reference: `made-${made}`, ...fields })
}

type Result = { kind: string; object: Record<string, unknown> & { id: string }; matched: string[] }

async function search(q: string, query: Record<string, string> = {}, key = server.key): Promise<Result[]> {
  const answer = await server.api('GET', `/search?${new URLSearchParams({ q, ...query })}`, undefined, {
    authorization: `Bearer ${key}`,
  })
  expect([answer.status, answer.text]).toEqual([200, expect.anything()])
  return answer.body.data
}

/** The ids of what is found, with what each matched. */
async function found(q: string, query: Record<string, string> = {}): Promise<[string, string[]][]> {
  return (await search(q, query)).map(({ object, matched }) => [object.id, matched])
}

describe('what is known as a whole', () => {
  test('an id finds its object of any kind, as its own GET shows it without addresses', async () => {
    const payer = await customer({ name: 'Whole', currency: 'ZAR', balance: 500, metadata: { a: 'b' } })
    const account = await create('/billing/accounts', { customer: payer.id, external_reference: 'whole-a' })
    const bill = await create('/billing/bills', {
      account: account.id,
      external_reference: 'whole-b',
      currency: 'ZAR',
      amount_due: 700,
    })
    const paid = { amount: 900, currency: 'ZAR', channel: 'till', reference: 'whole-p', bill: bill.id }
    const payment = await create('/billing/payments', paid)
    const request = await create('/collect/payment_requests', { amount: 25, currency: 'ZAR', customer: payer.id })
    const settled = await create('/test/payments', { customer: payer.id, amount: 30, outcome: 'succeeded' })
    await create('/test/settlements')
    const all: [string, string, string][] = [
      ['customer', '/billing/customers', payer.id],
      ['account', '/billing/accounts', account.id],
      ['bill', '/billing/bills', bill.id],
      ['payment', '/billing/payments', payment.id],
      ['payment', '/billing/payments', settled.id],
      ['payment_request', '/collect/payment_requests', request.id],
    ]
    for (const [kind, path, id] of all) {
      const { presentment_url: _, receipt_url: __, ...own } = (await server.api('GET', `${path}/${id}`)).body
      const link = own.link && { checkout_session_id: own.link.checkout_session_id }
      const object = { ...own, ...(link && { link }) }
      expect(await search(id)).toEqual([{ kind, object, matched: ['id'] }])
    }
  })

  test('an external reference finds every kind that has it, and only as a whole', async () => {
    const one = await customer({ external_reference: 'Same-Ref' })
    const two = await create('/billing/accounts', { customer: one.id, external_reference: 'Same-Ref' })
    const three = await create('/collect/payment_requests', {
      amount: 5,
      currency: 'ZAR',
      external_reference: 'Same-Ref',
    })
    const matched = ['external_reference']
    expect((await found('Same-Ref')).toSorted()).toEqual([one, two, three].map(({ id }) => [id, matched]).toSorted())
    expect(await found(' Same-Ref ', { kinds: 'account' })).toEqual([[two.id, matched]])
    expect(await found('Same-Re')).toEqual([])
    expect(await found('same-ref')).toEqual([])
  })

  test('the reference of a payment finds it in every channel', async () => {
    const { id } = await customer({ currency: 'ZAR', balance: 500 })
    const pay = (channel: string) =>
      create('/billing/payments', { amount: 5, currency: 'ZAR', channel, reference: 'ИНВ  42/7', customer: id })
    const payments = [await pay('till'), await pay('bank'), await pay('agent')]
    expect((await found('ИНВ 42/7')).toSorted()).toEqual(payments.map(({ id }) => [id, ['reference']]).toSorted())
    expect(await found('ИНВ 42/7', { kinds: 'bill,customer' })).toEqual([])
  })

  test('an e-mail address and a phone number find a customer, whatever the case and the spaces', async () => {
    const { id } = await customer({ email: 'Ann.Contact@Example.com', phone: '+27821239876' })
    expect(await found('ann.contact@example.COM')).toEqual([[id, ['email']]])
    expect(await found('+27 82 123-9876')).toEqual([[id, ['phone']]])
    expect(await found('ann.contact')).toEqual([])
    expect(await found('+2782123987')).toEqual([])
  })

  test('what matches twice is shown once, with both', async () => {
    const { id } = await customer({ external_reference: 'Twofold', name: 'Twofold' })
    expect(await found('Twofold')).toEqual([[id, ['external_reference', 'name']]])
  })
})

describe('names', () => {
  test('the whole name comes first, then what begins with it, then what has such a word, then the words apart', async () => {
    const apart = await customer({ name: 'Zola Rank Middle Order' })
    const word = await customer({ name: 'Great Zola Order' })
    const beginning = await customer({ name: 'Zola Orderly' })
    const whole = await customer({ name: 'zola order' })
    expect((await found('Zola Order')).map(([id]) => id)).toEqual([whole.id, beginning.id, word.id, apart.id])
    expect((await found('Zola Order', { limit: '2' })).map(([id]) => id)).toEqual([whole.id, beginning.id])
  })

  test('words are found in either order, by their beginnings, without case, accents and punctuation', async () => {
    const { id } = await customer({ name: "  José Ñandú-O'Brien, (Pty)  Ltd. " })
    for (const q of [
      'jose',
      'NANDU',
      'ñan',
      "o'br",
      'obrien',
      'obrien pty',
      'pty ltd',
      'obrien jose',
      'nandu jose',
      'jose ltd',
    ]) {
      expect([q, await found(q, { kinds: 'customer' })]).toEqual([q, [[id, ['name']]]])
    }
    for (const q of ['brien', 'andu', 'jose x', 'ltda']) expect([q, await found(q)]).toEqual([q, []])
  })

  test('other scripts are words too', async () => {
    const { id } = await customer({ name: 'Ольга Петрова' })
    const other = await customer({ name: '水費 会社' })
    expect((await found('ПЕТР')).map(([one]) => one)).toEqual([id])
    expect((await found('水費 会')).map(([one]) => one)).toEqual([other.id])
  })

  test('of accounts are found as those of customers', async () => {
    const owner = await customer({})
    const account = await create('/billing/accounts', {
      customer: owner.id,
      external_reference: 'named-account',
      name: 'Geyser Service Plan',
    })
    expect(await found('service pl')).toEqual([[account.id, ['name']]])
    expect(await found('service pl', { kinds: 'customer' })).toEqual([])
  })

  test('the longest name that there may be is written and found', async () => {
    const wide = await customer({ name: 'ﷺ'.repeat(255) })
    const many = await customer({ name: 'q1w '.repeat(63).trim() })
    expect((await found('q1w q1w q1w')).map(([id]) => id)).toEqual([many.id])
    expect((await found('صلى الله')).map(([id]) => id)).toEqual([wide.id])
  })

  test('what is only punctuation finds no name', async () => {
    expect(await found('---')).toEqual([])
    expect(await found("'''")).toEqual([])
    expect(await found('%%%')).toEqual([])
  })

  test('a new name is found at once, and the old one no more', async () => {
    const { id } = await customer({ name: 'Beforename Person' })
    await server.api('PATCH', `/billing/customers/${id}`, { name: 'Aftername Person' })
    expect(await found('beforename')).toEqual([])
    expect((await found('aftername')).map(([one]) => one)).toEqual([id])
    await server.api('PATCH', `/billing/customers/${id}`, { name: null })
    expect(await found('aftername')).toEqual([])
  })

  test('what is in the archive is found as well', async () => {
    const { id } = await customer({ name: 'Archivedname' })
    expect((await server.api('POST', `/billing/customers/${id}/archive`)).status).toBe(200)
    expect((await search('archivedname'))[0]?.object).toMatchObject({ id, archived_at: expect.any(String) })
  })

  test('who was pseudonymised is found by nothing of before, but by the id', async () => {
    const gone = await customer({
      external_reference: 'forget-me',
      name: 'Forgotten Person',
      email: 'forgotten@example.com',
      phone: '+27820000001',
    })
    const account = await create('/billing/accounts', {
      customer: gone.id,
      external_reference: 'forget-account',
      name: 'Forgotten Account',
    })
    expect(await found('forgotten')).toHaveLength(2)
    expect((await server.api('POST', `/billing/customers/${gone.id}/pseudonymise`)).status).toBe(200)
    const before = ['forget-me', 'forgotten', 'person', 'forgotten@example.com', '+27820000001', 'forget-account']
    for (const q of before) expect([q, await found(q)]).toEqual([q, []])
    expect((await found(gone.id)).map(([id]) => id)).toEqual([gone.id])
    expect((await found(account.id)).map(([id]) => id)).toEqual([account.id])
  })

  test('no more are shown than were asked for, however many there are', async () => {
    for (let number = 10; number < 35; number++) await customer({ name: `Crowd ${number}` })
    expect(await found('crowd')).toHaveLength(10)
    expect(await found('crowd', { limit: '20' })).toHaveLength(20)
    expect(await found('crowd', { limit: '1' })).toHaveLength(1)
  })
})

describe('amounts', () => {
  test('find bills by what they were for or still owe, in minor units or as people write them', async () => {
    const payer = await customer({})
    const bill = (external_reference: string, currency: string, amount_due: number) =>
      create('/billing/bills', { customer: payer.id, external_reference, currency, amount_due })
    const due = await bill('amount-1', 'ZAR', 7_654_300)
    const yen = await bill('amount-2', 'JPY', 76_543)
    const part = await bill('amount-3', 'ZAR', 9_000_000)
    const pay = { currency: 'ZAR', channel: 'till', amount: 1_345_700 }
    await create('/billing/payments', { ...pay, reference: 'amount-4', bill: part.id })
    const matched = ['amount']
    const of = async (q: string, kinds = 'bill') => (await found(q, { kinds })).toSorted()
    const all = (...bills: { id: string }[]) => bills.map(({ id }) => [id, matched]).toSorted()
    expect(await of('76543')).toEqual(all(due, yen, part))
    expect(await of('76,543.00')).toEqual(all(due, yen, part))
    expect(await of('R 76543')).toEqual(all(due, part))
    expect(await of('R76543.00')).toEqual(all(due, part))
    expect(await of('JPY 76543')).toEqual(all(yen))
    expect(await of('7654300')).toEqual(all(due, part))
    expect(await of('90000.00')).toEqual(all(part))
    expect(await of('76544')).toEqual([])
  })

  test('find money that is not applied', async () => {
    const payer = await customer({})
    const payment = await create('/billing/payments', {
      amount: 4_321_00,
      currency: 'ZAR',
      channel: 'till',
      reference: 'unapplied-amount',
      customer: payer.id,
    })
    expect(await found('R 4,321.00')).toEqual([[payment.id, ['amount']]])
    expect(await found('4321', { kinds: 'payment' })).toEqual([[payment.id, ['amount']]])
    await create(`/billing/payments/${payment.id}/reversals`, { reason: 'bounced' })
    expect(await found('4321')).toEqual([])
  })
})

describe('another environment', () => {
  test('has nothing in common: neither names nor references nor amounts are found', async () => {
    const mine = await customer({
      external_reference: 'only-mine',
      name: 'Only Mine',
      email: 'only@mine.example',
      phone: '+27829999999',
    })
    const bill = await create('/billing/bills', {
      customer: mine.id,
      external_reference: 'only-mine-b',
      currency: 'ZAR',
      amount_due: 1_234_567,
    })
    const pay = { amount: 5, currency: 'ZAR', channel: 'till', reference: 'only-mine-p', bill: bill.id }
    const payment = await create('/billing/payments', pay)
    const other = await createMerchant(server.app.pool, { name: 'Other', slug: 'other' }, new Date())
    const known = [mine.id, bill.id, payment.id, 'only-mine', 'only-mine-b', 'only-mine-p', 'Only Mine', 'only']
    for (const q of [...known, 'only@mine.example', '+27829999999', '1234567', '12345.67']) {
      expect([q, (await found(q)).length > 0]).toEqual([q, true])
      for (const key of [server.liveKey, other.test, other.live]) expect([q, await search(q, {}, key)]).toEqual([q, []])
    }
  })
})

describe('what is refused', () => {
  const refused = (parameter: string, code = expect.any(String)) => ({
    status: 400,
    code: 'invalid_request',
    errors: [{ parameter, code, detail: expect.any(String) }],
  })
  test.each([
    ['nothing', '', 'q'],
    ['an empty text', '?q=', 'q'],
    ['two characters', '?q=ab', 'q'],
    ['two characters between spaces', '?q=%20ab%20%20', 'q'],
    ['101 characters', `?q=${'x'.repeat(101)}`, 'q'],
    ['a NUL', '?q=abc%00', 'q'],
    ['a line end', '?q=abc%0adef', 'q'],
    ['an unknown kind', '?q=abc&kinds=customer,endpoint', 'kinds'],
    ['an empty kind', '?q=abc&kinds=', 'kinds'],
    ['too long kinds', `?q=abc&kinds=${'bill,'.repeat(40)}bill`, 'kinds'],
    ['no object', '?q=abc&limit=0', 'limit'],
    ['21 objects', '?q=abc&limit=21', 'limit'],
    ['an unknown parameter', '?q=abc&page=2', 'page'],
  ])('%s', async (_name, query, parameter) => {
    expect((await server.api('GET', `/search${query}`)).body).toMatchObject(refused(parameter))
  })

  test('bytes that are not UTF-8', async () => {
    expect((await server.api('GET', '/search?q=%ff%fe%fd')).body).toMatchObject({
      status: 400,
      code: 'invalid_encoding',
    })
  })

  test('whoever has no key', async () => {
    const answer = await server.api('GET', '/search?q=abc', undefined, { authorization: 'Bearer sk_test_wrong' })
    expect(answer.status).toBe(401)
  })

  test('an id that is nobody’s finds nothing', async () => {
    expect(await found(formatId('customer', newId(1, 1)))).toEqual([])
    expect(await found(formatId('obligation', newId(1, 1)))).toEqual([])
  })
})

describe('lists by who is sought', () => {
  const ids = async (path: string) => {
    const answer = await server.api('GET', path)
    expect([path, answer.status]).toEqual([path, 200])
    return answer.body.data.map(({ id }: { id: string }) => id)
  }

  test('customers by the beginning of their name, by e-mail and by phone, newest first', async () => {
    const one = await customer({ name: 'Listed Ann', email: 'Listed@Example.com', phone: '+27825550001' })
    const two = await customer({ name: 'LISTED, Bob' })
    await customer({ name: 'Not Listed' })
    expect(await ids('/billing/customers?name=listed')).toEqual([two.id, one.id])
    expect(await ids('/billing/customers?name=list%C3%A9d%20b')).toEqual([two.id])
    expect(await ids('/billing/customers?email=listed@example.com')).toEqual([one.id])
    expect(await ids('/billing/customers?phone=%2B27825550001')).toEqual([one.id])
    expect(await ids('/billing/customers?phone=%2B27825550001&name=bob')).toEqual([])
    const first = (await server.api('GET', '/billing/customers?name=listed&limit=1')).body
    expect(first).toMatchObject({ has_more: true, data: [{ id: two.id }] })
    expect(await ids(`/billing/customers?name=listed&limit=1&cursor=${first.next_cursor}`)).toEqual([one.id])
  })

  test('accounts by the beginning of their name', async () => {
    const owner = await customer({})
    const account = await create('/billing/accounts', {
      customer: owner.id,
      external_reference: 'listed-account',
      name: 'Listed Fibre',
    })
    expect(await ids('/billing/accounts?name=listed')).toEqual([account.id])
    expect(await ids(`/billing/accounts?name=listed&customer=${owner.id}`)).toEqual([account.id])
  })

  test.each([
    ['/billing/customers?name=', 'name'],
    ['/billing/customers?name=--', 'name'],
    [`/billing/customers?name=${'x'.repeat(101)}`, 'name'],
    ['/billing/customers?email=nobody', 'email'],
    ['/billing/customers?phone=0821234567', 'phone'],
    ['/billing/accounts?email=a@example.com', 'email'],
    ['/billing/bills?name=Ann', 'name'],
  ])('%s is refused', async (path, parameter) => {
    expect((await server.api('GET', path)).body).toMatchObject({ status: 400, errors: [{ parameter }] })
  })
})

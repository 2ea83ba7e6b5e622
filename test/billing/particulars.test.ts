import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'
import { type Told, toldFixture } from '../webhooks/told-fixture.ts'

let fixture: Awaited<ReturnType<typeof toldFixture>>
let server: TestServer
beforeAll(async () => {
  fixture = await toldFixture()
  server = fixture.server
})
afterAll(() => fixture.stop())

let count = 0
const sent = (more: object = {}) => ({
  customer: { external_reference: `particulars-customer-${++count}` },
  external_reference: `particulars-bill-${count}`,
  currency: 'ZAR',
  amount_due: 2000,
  ...more,
})
const raise = (more: object = {}) => fixture.post('/billing/bills', sent(more))
const patch = (bill: { id: string }, body: object, headers?: Record<string, string>) =>
  server.api('PATCH', `/billing/bills/${bill.id}`, body, headers)
const read = async ({ id }: { id: string }) => (await server.api('GET', `/billing/bills/${id}`)).body
const earlierOf = async ({ id }: { id: string }, query = '') =>
  (await server.api('GET', `/billing/bills/${id}/earlier_particulars${query}`)).body
const toldOf = async (bill: { id: string }): Promise<Told[]> =>
  (await fixture.told()).filter(({ data }) => data.id === bill.id)

const water = {
  description: 'Water for March',
  lines: [
    { label: 'Water, 12 kl', amount: 2500 },
    { label: 'Rebate', amount: -500 },
  ],
  document_url: 'https://example.com/bills/42.pdf?sign=a%20b#page=2',
}
const longest = (label: string) =>
  Array.from({ length: 50 }, (_, at) => ({ label: label.repeat(120), amount: at === 0 ? 1951 : 1 }))

/** A refusal, as its status, its code, and the pointer and code of each error. */
async function refusal(answer: ReturnType<TestServer['api']>) {
  const { status, body } = await answer
  const errors = body.errors as { pointer: string; code: string }[]
  return [status, body.code, ...errors.map(({ pointer, code }) => `${pointer} ${code}`)]
}
const refused = (more: object) => refusal(server.api('POST', '/billing/bills', sent(more)))

describe('what a bill is for', () => {
  test('is in every answer of the bill and in its events, and absent where it was not sent', async () => {
    const bill = await raise(water)
    expect(bill).toMatchObject(water)
    expect(await read(bill)).toMatchObject(water)
    const listed = await server.api('GET', `/billing/bills?external_reference=${bill.external_reference}`)
    expect(listed.body.data).toMatchObject([water])
    await patch(bill, { metadata: { a: 'b' } })
    await fixture.post(`/billing/bills/${bill.id}/adjustments`, { amount: -100, reason: 'x' })
    await fixture.pay(1900, { bill: bill.id })
    const told = await toldOf(bill)
    expect(told.map(({ type }) => type)).toEqual(['bill.created', 'bill.updated', 'bill.balance_adjusted', 'bill.paid'])
    for (const { data } of told) expect(data).toMatchObject(water)
    const plain = await raise()
    for (const name of ['description', 'lines', 'document_url']) expect(plain).not.toHaveProperty(name)
  })

  test('has a due date that a PATCH moves, with the earlier ones kept', async () => {
    const bill = await raise({ bill_date: '2026-03-01', due_date: '2026-03-31' })
    expect((await patch(bill, { due_date: '2026-04-15' })).body).toMatchObject({
      due_date: '2026-04-15',
      overdue: true,
    })
    expect((await patch(bill, { due_date: null })).body).not.toHaveProperty('due_date')
    expect((await patch(bill, { due_date: null })).status).toBe(200)
    const { data } = await earlierOf(bill)
    expect(data.map((one: { due_date?: string }) => one.due_date)).toEqual(['2026-04-15', '2026-03-31'])
    expect(await refusal(patch(bill, { due_date: '2026-02-28' }))).toEqual([
      422,
      'invalid_dates',
      '/due_date invalid_dates',
    ])
    expect(await refusal(patch(bill, { due_date: '2026-02-30' }))).toEqual([
      400,
      'invalid_request',
      '/due_date invalid_format',
    ])
    await fixture.pay(2000, { bill: bill.id })
    expect(await refusal(patch(bill, { due_date: '2026-06-30' }))).toEqual([409, 'bill_paid', '/due_date bill_paid'])
    const told = (await toldOf(bill)).filter(({ type }) => type === 'bill.updated')
    expect(told.map(({ data: { due_date } }) => due_date)).toEqual(['2026-04-15', undefined])
  })

  test('is kept by what else changes the bill', async () => {
    const bill = await raise(water)
    await fixture.pay(500, { bill: bill.id })
    expect(await read(bill)).toMatchObject({ ...water, amount_paid: 500 })
    const other = await raise(water)
    await fixture.post(`/billing/bills/${other.id}/void`, undefined, 200)
    expect(await read(other)).toMatchObject({ ...water, status: 'voided' })
    await fixture.post(`/billing/bills/${other.id}/archive`, undefined, 200)
    expect(await read(other)).toMatchObject(water)
  })

  test('is taken by a bill that makes its account and customer too', async () => {
    const customer = { external_reference: `particulars-made-${++count}` }
    const account = { external_reference: `particulars-made-${count}`, customer }
    expect(await raise({ ...water, customer: undefined, account })).toMatchObject(water)
  })

  test('belongs to what a key was used for: other lines under it are another request', async () => {
    const key = { 'idempotency-key': `particulars-${++count}` }
    const body = sent(water)
    const first = await server.api('POST', '/billing/bills', body, key)
    expect((await server.api('POST', '/billing/bills', body, key)).body).toEqual(first.body)
    const other = await server.api('POST', '/billing/bills', { ...body, lines: [{ label: 'x', amount: 2000 }] }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  test('is shown to a till that looks the bill up', async () => {
    const bill = await raise(water)
    const { body } = await server.api('GET', `/billing/lookups?reference=${bill.external_reference}`)
    expect(body.data).toMatchObject([{ kind: 'bill', description: water.description }])
  })

  test.each([
    ['a bidi override', 'Water \u202Egnp.exe'],
    ['control characters', 'a\u0001b\u001Ec\tmore'],
    ['line breaks and quotes', 'one\n"two" \\ \'three\''],
    ['other scripts', 'מים · مياه · 水 · 💧'],
    ['markup and SQL', "<b>'; drop table bill; --"],
  ])('keeps the text as it is: %s', async (_, text) => {
    const bill = await raise({ description: text, lines: [{ label: text, amount: 2000 }] })
    expect(await read(bill)).toMatchObject({ description: text, lines: [{ label: text, amount: 2000 }] })
    await fixture.pay(2000, { bill: bill.id })
    const paid = (await toldOf(bill)).find(({ type }) => type === 'bill.paid')
    expect(paid?.data).toMatchObject({ description: text, lines: [{ label: text, amount: 2000 }] })
  })

  test.each([
    ['NUL', 'a\0b', 'invalid_value'],
    ['a lone surrogate', 'a\ud800b', 'invalid_encoding'],
  ])('is refused with %s, as other texts are', async (_, text, code) => {
    expect(await refused({ customer: { external_reference: 'x', name: text } })).toContain(`/customer/name ${code}`)
    expect(await refused({ description: text })).toEqual([400, 'invalid_request', `/description ${code}`])
    const lines = [{ label: text, amount: 2000 }]
    expect(await refused({ lines })).toEqual([400, 'invalid_request', `/lines/0/label ${code}`])
  })
})

describe('the limits', () => {
  test('of the description are 500 characters', async () => {
    expect((await raise({ description: 'd'.repeat(500) })).description).toHaveLength(500)
    expect(await refused({ description: 'd'.repeat(501) })).toMatchObject([400, 'invalid_request', expect.any(String)])
  })

  test('of a label are 1 to 120 characters, and a line has these two fields', async () => {
    const lines = (label: unknown, more: object = {}) => ({ lines: [{ label, amount: 2000, ...more }] })
    for (const label of ['', 'l'.repeat(121), 5, null, undefined]) {
      expect((await refused(lines(label)))[2]).toMatch(/^\/lines\/0\/label /)
    }
    expect((await refused(lines('l', { tax: 5 })))[0]).toBe(400)
    for (const amount of [1.5, '2000', 1e15, -1e15, null]) {
      expect((await refused({ lines: [{ label: 'l', amount }] }))[2]).toMatch(/^\/lines\/0\/amount /)
    }
  })

  test('of the lines are 50, of 9,000 bytes in all, and an event of them stays below 20 kB', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`${at}`.repeat(40), 'm'.repeat(500)]))
    const bill = await raise({
      description: '\u0001'.repeat(500),
      lines: longest('l'),
      document_url: `https://example.com/${'d'.repeat(480)}`,
      metadata,
    })
    const { rows } = await server.database.pool.query<{ bytes: number }>(
      `select octet_length(body) + octet_length(personal) as bytes from event where body like '%' || $1 || '%'`,
      [bill.id],
    )
    expect(rows[0]?.bytes).toBeGreaterThan(15_000)
    expect(rows[0]?.bytes).toBeLessThan(20_000)
    expect((await refused({ lines: [...longest('l'), { label: 'l', amount: 0 }] }))[2]).toMatch(/^\/lines /)
    expect(await refused({ lines: [] })).toMatchObject([400, 'invalid_request', expect.stringMatching(/^\/lines /)])
    expect(await refused({ lines: longest('ы') })).toEqual([400, 'invalid_request', '/lines invalid_value'])
  })

  test.each([
    'http://example.com/bill.pdf',
    'https://10.0.0.1/bill.pdf',
    'https://user:secret@example.com/bill.pdf',
    'javascript:alert(1)',
    'data:text/html,hello',
    'ftp://example.com/bill.pdf',
  ])('of the address keep out %s', async (document_url) => {
    expect(await refused({ document_url })).toEqual([422, 'url_not_allowed', '/document_url url_not_allowed'])
    const bill = await raise()
    expect((await refusal(patch(bill, { document_url })))[1]).toBe('url_not_allowed')
  })

  test('of the address are 500 characters, also of its normal form, and it is a whole one', async () => {
    const long = `https://example.com/${'d'.repeat(481)}`
    expect(await refused({ document_url: long })).toMatchObject([400, 'invalid_request', expect.any(String)])
    const longer = `https://example.com/${'é'.repeat(200)}`
    expect((await refused({ document_url: longer }))[1]).toBe('url_not_allowed')
    expect((await refused({ document_url: '/bill.pdf' }))[0]).toBe(400)
    const { document_url } = await raise({ document_url: 'HTTPS://EXAMPLE.com./bill 1.pdf' })
    expect(document_url).toBe('https://example.com/bill%201.pdf')
    expect((await raise({ document_url: 'http://127.0.0.1:4000/bill.pdf' })).document_url).toContain('127.0.0.1')
  })
})

describe('the lines sum to what is due', () => {
  test.each([
    ['less', [{ label: 'x', amount: 1999 }]],
    ['more', [{ label: 'x', amount: 2001 }]],
    ['far more than any amount', Array.from({ length: 50 }, () => ({ label: 'x', amount: 999_999_999_999 }))],
  ])('and are refused where they come to %s', async (_, lines) => {
    expect(await refused({ lines })).toEqual([422, 'invalid_lines', '/lines invalid_lines'])
    const bill = await raise(water)
    expect(await refusal(patch(bill, { lines }))).toEqual([422, 'invalid_lines', '/lines invalid_lines'])
    expect(await read(bill)).toMatchObject(water)
  })

  test('whatever was added or taken off since', async () => {
    const bill = await raise(water)
    await fixture.post(`/billing/bills/${bill.id}/adjustments`, { amount: 100, reason: 'late' })
    expect((await patch(bill, { lines: [{ label: 'All', amount: 2100 }] })).status).toBe(422)
    expect((await patch(bill, { lines: [{ label: 'All', amount: 2000 }] })).status).toBe(200)
  })

  test('exactly, with the greatest amounts that there are', async () => {
    const most = 999_999_999_999
    const lines = [most, most, -most].map((amount) => ({ label: 'x', amount }))
    expect(await raise({ amount_due: most, lines })).toMatchObject({ lines })
  })
})

describe('a PATCH', () => {
  test('changes what is sent and clears with null: a new version, told once, and audited', async () => {
    const bill = await raise(water)
    const before = await server.api('GET', `/billing/bills/${bill.id}`)
    await fixture.told()
    const changed = await patch(bill, { description: null, lines: [{ label: 'All of it', amount: 2000 }] })
    expect(changed.body).toMatchObject({ lines: [{ label: 'All of it' }], document_url: water.document_url })
    expect(changed.body).not.toHaveProperty('description')
    expect(changed.body.updated_at > bill.updated_at).toBe(true)
    expect(changed.headers.get('etag')).not.toBe(before.headers.get('etag'))
    const told = await toldOf(bill)
    expect(told).toMatchObject([{ type: 'bill.updated', data: { object_version: 2, lines: changed.body.lines } }])
    expect(told[0]?.data).not.toHaveProperty('description')
    const stale = await patch(bill, { description: 'x' }, { 'if-match': String(before.headers.get('etag')) })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    const cleared = await patch(bill, { lines: null, document_url: null })
    for (const name of ['description', 'lines', 'document_url']) expect(cleared.body).not.toHaveProperty(name)
  })

  test('that changes nothing stores nothing and tells nothing', async () => {
    const bill = await raise({ ...water, metadata: { a: 'b' } })
    const { customer_id } = bill
    const account = await fixture.post('/billing/accounts', {
      customer: customer_id,
      external_reference: `particulars-account-${++count}`,
      name: 'Home',
      currency: 'ZAR',
      balance: 5,
    })
    await fixture.told()
    const same = [
      [`bills/${bill.id}`, {}],
      [`bills/${bill.id}`, { ...water, amount_paid: 0, metadata: { a: 'b', c: null }, currency: 'ZAR' }],
      [`accounts/${account.id}`, { name: 'Home', balance: 5, currency: 'ZAR', metadata: {} }],
      [`customers/${customer_id}`, { name: null }],
    ] as const
    for (const [path, body] of same) {
      const before = await server.api('GET', `/billing/${path}`)
      const { status, body: after, headers } = await server.api('PATCH', `/billing/${path}`, body)
      expect([status, after, headers.get('etag')]).toEqual([200, before.body, before.headers.get('etag')])
    }
    expect(await fixture.told()).toEqual([])
    expect((await earlierOf(bill)).data).toEqual([])
  })

  test('is refused once the bill is paid, unless it changes nothing, and once it is voided', async () => {
    const bill = await raise(water)
    await fixture.pay(2000, { bill: bill.id })
    expect(await refusal(patch(bill, { description: 'Wine', document_url: null, lines: water.lines }))).toEqual([
      409,
      'bill_paid',
      '/description bill_paid',
      '/document_url bill_paid',
    ])
    expect(await refusal(patch(bill, { lines: null }))).toEqual([409, 'bill_paid', '/lines bill_paid'])
    expect((await patch(bill, { ...water, metadata: { paid: 'yes' } })).status).toBe(200)
    expect(await read(bill)).toMatchObject(water)
    const other = await raise(water)
    await fixture.post(`/billing/bills/${other.id}/void`, undefined, 200)
    const voided = await patch(other, { description: 'Wine' })
    expect([voided.status, voided.body.code]).toEqual([409, 'bill_voided'])
  })

  test('of a bill that is open again is taken again', async () => {
    const bill = await raise(water)
    const payment = await fixture.pay(2000, { bill: bill.id })
    await fixture.post(`/billing/payments/${payment.id}/reversals`, { reason: 'returned' })
    expect((await patch(bill, { description: 'Wine' })).body.description).toBe('Wine')
  })
})

describe('what a bill was for earlier', () => {
  test('is listed newest first, with who changed it and when, page by page', async () => {
    const bill = await raise()
    const bodies = [water, { description: 'Wine' }, { lines: null, description: null }]
    const changed = []
    for (const body of bodies) changed.push((await patch(bill, body)).body)
    const { data } = await earlierOf(bill)
    expect(data).toMatchObject([{ ...water, description: 'Wine' }, water, {}])
    expect(data.map(({ replaced_at }: { replaced_at: string }) => replaced_at)).toEqual(
      changed.map(({ updated_at }) => updated_at).reverse(),
    )
    for (const one of data) {
      expect(one).toMatchObject({ actor: { key: expect.any(String) }, request_id: expect.any(String) })
    }
    expect(data[2]).not.toHaveProperty('description')
    const first = await earlierOf(bill, '?limit=2')
    expect(first).toMatchObject({ data: data.slice(0, 2), has_more: true })
    expect((await earlierOf(bill, `?limit=2&cursor=${first.next_cursor}`)).data).toEqual(data.slice(2))
    const elsewhere = await earlierOf(await raise(water), `?limit=2&cursor=${first.next_cursor}`)
    expect(elsewhere.code).toBe('invalid_cursor')
  })

  test('is of that bill and that environment alone', async () => {
    const bill = await raise(water)
    await patch(bill, { description: 'Wine' })
    expect((await earlierOf(await raise(water))).data).toEqual([])
    const path = `/billing/bills/${bill.id}/earlier_particulars`
    const stranger = await testServer()
    expect((await stranger.api('GET', path)).status).toBe(404)
    await stranger.stop()
  })

  test('does not hold what changes nothing of it', async () => {
    const bill = await raise(water)
    await patch(bill, { metadata: { a: 'b' } })
    await patch(bill, { amount_paid: 100 })
    expect((await earlierOf(bill)).data).toEqual([])
  })
})

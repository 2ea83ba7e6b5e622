import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketOf, parseId } from '../../src/core/id/id.ts'
import { dump, hits } from '../support/dump.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer()
  receiver = await webhookReceiver()
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

const post = (path: string, body?: object, headers?: Record<string, string>) =>
  server.api('POST', `/billing/${path}`, body, headers)
const get = (path: string) => server.api('GET', `/billing/${path}`)

/** The words that tell who the seeded person is, wherever the merchant put them. */
function secretsOf(who: string) {
  return {
    customer: `8501015800085-${who}`,
    account: `ACC-8501015800085-${who}`,
    bill: `INV-8501015800085-${who}`,
    second: `INV2-8501015800085-${who}`,
    name: `Nomvula ${who} Dlamini`,
    email: `nomvula.${who}@example.com`,
    phone: '+27829990101',
    note: `lives next to the ${who} dam`,
    accountName: `Nomvula's ${who} line`,
    payer: `paid by cousin ${who} Thabo`,
    treatment: `treated for ${who} fever`,
    label: `${who} fever, two nights`,
    document: `https://example.com/bills/${who}-8501015800085.pdf`,
    before: `treated for ${who} plague`,
  }
}

/** A person with every kind of row that there is: balances, bills, payments, reversals, adjustments, keys, deliveries. */
async function seed(who: string) {
  const secrets = secretsOf(who)
  const { name, email, phone, note, payer } = secrets
  const created = await post(
    'bills',
    {
      external_reference: secrets.bill,
      currency: 'ZAR',
      amount_due: 1000,
      description: secrets.before,
      lines: [{ label: secrets.label, amount: 1000 }],
      document_url: secrets.document,
      metadata: { note },
      account: {
        external_reference: secrets.account,
        name: secrets.accountName,
        currency: 'ZAR',
        balance: 500,
        metadata: { note },
        customer: {
          external_reference: secrets.customer,
          name,
          email,
          phone,
          currency: 'ZAR',
          balance: 50,
          metadata: { note },
        },
      },
    },
    { 'idempotency-key': `create-${who}` },
  )
  expect(created.status).toBe(201)
  const key = { 'idempotency-key': `again-${who}` }
  await post('bills', {
    external_reference: secrets.second,
    customer: secrets.customer,
    currency: 'ZAR',
    amount_due: 9,
  })
  await post('customers', { external_reference: secrets.customer }, key)
  await post(`bills/${secrets.second}/void`, undefined, { 'idempotency-key': `void-${who}` })
  await post(`bills/${secrets.second}/void`, undefined, { 'idempotency-key': `void-twice-${who}` })
  await server.api(
    'PATCH',
    `/billing/bills/${secrets.bill}`,
    { amount_paid: 100, description: secrets.treatment },
    { 'idempotency-key': `paid-${who}` },
  )
  await server.api('GET', `/billing/customers/${secrets.customer}`)
  await post(`accounts/${secrets.account}/adjustments`, { amount: 20, reason: 'Late fee' })
  const sent = { currency: 'ZAR', channel: 'bank', metadata: { payer }, customer: secrets.customer }
  const payment = await post(
    'payments',
    { ...sent, amount: 700, reference: `TXN-${who}-1` },
    { 'idempotency-key': `pay-${who}` },
  )
  expect(payment.status).toBe(201)
  await post('payments', { ...sent, amount: 5000, reference: `TXN-${who}-2` })
  const [obligation] = payment.body.obligations
  await post(`obligations/${obligation.id}/reversals`, { amount: 10, reason: 'Mistake' })
  await post(`payments/${payment.body.id}/reversals`, { amount: 15, reason: 'Bounced' })
  return { ...secrets, id: created.body.customer_id as string, payment_id: payment.body.id as string }
}

describe('export', () => {
  test('gives everything that is kept of a customer, and nothing of another', async () => {
    const person = await seed('export')
    await seed('neighbour')
    const answer = await get(`customers/${person.customer}/export`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    const { body } = answer
    expect(body.customer).toEqual((await get(`customers/${person.id}`)).body)
    expect(body.accounts).toEqual([(await get(`accounts/${person.account}`)).body])
    expect(body.bills).toEqual([(await get(`bills/${person.bill}`)).body, (await get(`bills/${person.second}`)).body])
    const [earlier] = (await get(`bills/${person.bill}/earlier_particulars`)).body.data
    expect(body.earlier_particulars).toEqual([{ bill_id: body.bills[0].id, ...earlier }])
    expect(earlier.description).toBe(person.before)
    const { obligations: _, receipt_url: __, ...payment } = (await get(`payments/${person.payment_id}`)).body
    expect(body.payments).toHaveLength(2)
    expect(body.payments[0]).toEqual(payment)
    expect(body.obligations.length).toBeGreaterThanOrEqual(2)
    expect(body.obligations[0]).toMatchObject({ id: expect.stringMatching(/^ob_/), payment_id: person.payment_id })
    const owed = body.entries.filter((entry: { account_id?: string }) => entry.account_id === body.accounts[0].id)
    expect(owed.at(-1).balance_after).toBe(body.accounts[0].balance)
    expect(owed.map((entry: { version: number }) => entry.version)).toEqual(
      owed.map((_: unknown, at: number) => at + 1),
    )
    expect(body.entries.some((entry: { reason?: string }) => entry.reason === 'Late fee')).toBe(true)
    expect(answer.text).not.toContain('neighbour')
    const { rows } = await server.database.pool.query<{ count: bigint }>(
      'select count(*) as count from event where bucket = $1 and environment_id = (select environment_id from customer where id = $2)',
      [bucketOf(parseId('customer', person.id) ?? ''), parseId('customer', person.id)],
    )
    expect(BigInt(new Set(body.events.map(({ id }: { id: string }) => id)).size)).toBe(rows[0]?.count)
    expect(new Set(body.events.map(({ type }: { type: string }) => type))).toEqual(
      new Set([
        'customer.created',
        'account.created',
        'account.balance_adjusted',
        'bill.created',
        'bill.updated',
        'bill.voided',
        'bill.paid',
        'obligation.amount_applied',
        'obligation.amount_reversed',
        'payment.amount_unapplied',
        'payment.reversed',
      ]),
    )
    const created = body.events.find(({ type }: { type: string }) => type === 'customer.created')
    expect(created.data).toMatchObject({ name: person.name, email: person.email, phone: person.phone })
  })

  test('of a customer without anything is whole JSON too, and of nobody a 404', async () => {
    await post('customers', { external_reference: 'bare' })
    expect((await get('customers/bare/export')).body).toMatchObject({
      customer: { external_reference: 'bare' },
      accounts: [],
      bills: [],
      payments: [],
      obligations: [],
      entries: [],
      events: [{ type: 'customer.created' }],
    })
    expect((await get('customers/nobody/export')).status).toBe(404)
  })

  test('goes on over many pages', async () => {
    await post('customers', { external_reference: 'busy', currency: 'ZAR', balance: 0 })
    const amounts = Array.from({ length: 601 }, (_, at) => at + 1)
    for (let at = 0; at < amounts.length; at += 50) {
      await Promise.all(
        amounts
          .slice(at, at + 50)
          .map((amount) => post('customers/busy/adjustments', { amount, reason: 'one of many' })),
      )
    }
    const { entries, events } = (await get('customers/busy/export')).body
    expect(events).toHaveLength(602)
    expect(entries.map((entry: { version: number }) => entry.version)).toEqual(amounts)
  })
})

describe('pseudonymise', () => {
  test('may take longer than any other change, since nothing limits how much a customer has', async () => {
    const { owner } = server.database
    await owner.query(`
      create function take_long() returns trigger language plpgsql as $$ begin perform pg_sleep(5.5); return new; end $$;
      create trigger take_long before update on customer for each row
        when (new.external_reference like 'erased%') execute function take_long()`)
    const { body } = await post('customers', { external_reference: 'large' })
    const { status } = await post(`customers/${body.id}/pseudonymise`)
    await owner.query('drop trigger take_long on customer; drop function take_long()')
    expect(status).toBe(200)
  })

  test('leaves no word of the person in any table, and the books balance', async () => {
    const person = await seed('gone')
    const other = await seed('stays')
    const words = Object.values(secretsOf('gone')).filter((word) => word !== person.phone)
    await quiet()
    // The receiver's answers are kept with the attempts, and a receiver may say anything.
    await server.database.owner.query(
      `update webhook_attempt set response_excerpt = $1 where event_id in (select id from event where personal like $2)`,
      [`unknown person ${person.name}`, `%${person.customer}%`],
    )
    const before = await dump(server.database)
    expect(new Set(hits(before, words).map((line) => line.replace(/(_20.*)?: .*/s, '')))).toEqual(
      new Set([
        'customer',
        'account',
        'bill',
        'earlier_particulars',
        'receivable',
        'external_reference',
        'payment',
        'event',
        'idempotency_response',
        'webhook_attempt',
      ]),
    )
    const otherWords = hits(
      before,
      Object.values(secretsOf('stays')).filter((word) => word !== person.phone),
    )

    const { phone } = person
    const answer = await post(`customers/${person.customer}/pseudonymise`, undefined, { 'idempotency-key': 'erase' })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      id: person.id,
      external_reference: expect.stringMatching(/^erased_[0-9a-f]{32}$/),
      pseudonymised_at: expect.any(String),
      currency: 'ZAR',
      balance: expect.any(Number),
    })
    for (const field of ['name', 'email', 'phone', 'metadata']) expect(answer.body).not.toHaveProperty(field)

    const after = await dump(server.database)
    expect(hits(after, words)).toEqual([])
    expect(after.filter((line) => line.includes(phone) && line.includes(person.id))).toEqual([])
    expect(
      hits(
        after,
        Object.values(secretsOf('stays')).filter((word) => word !== phone),
      ),
    ).toEqual(otherWords)
    // What money rests on is kept: the payment's own reference, by which the same money is never recorded twice.
    expect(hits(after, ['TXN-gone-1']).length).toBeGreaterThan(0)
    expect(other.id).not.toBe(person.id)
  })

  test('the old references find nothing and are free; the new ones and the ids find the objects', async () => {
    const person = await seed('renamed')
    const balance = (await get(`customers/${person.id}`)).body.balance
    const { body } = await post(`customers/${person.id}/pseudonymise`)
    expect((await get(`customers/${body.external_reference}`)).body).toEqual(body)
    expect(body.balance).toBe(balance)
    for (const path of [`customers/${person.customer}`, `accounts/${person.account}`, `bills/${person.bill}`]) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
    expect((await get(`bills?external_reference=${person.bill}`)).body.data).toEqual([])
    const { accounts, bills, payments, earlier_particulars } = (await get(`customers/${person.id}/export`)).body
    // When it was replaced and by whom is part of the history; what it said is gone.
    expect(earlier_particulars.map((row: object) => Object.keys(row).toSorted())).toEqual([
      ['actor', 'bill_id', 'replaced_at', 'request_id'],
    ])
    for (const item of [...accounts, ...bills]) {
      expect(item.external_reference).toMatch(/^erased_/)
      expect(item).not.toHaveProperty('name')
    }
    for (const item of [...accounts, ...bills, ...payments]) expect(item).not.toHaveProperty('metadata')
    expect((await post('customers', { external_reference: person.customer })).status).toBe(201)
  })

  test('a key that was used stays used: it answers that its answer is gone, and does nothing again', async () => {
    const person = await seed('keyed')
    await post(`customers/${person.id}/pseudonymise`)
    const count = async () => {
      const { rows } = await server.database.pool.query(
        'select (select count(*) from payment) as payments, (select count(*) from customer) as customers',
      )
      return rows[0]
    }
    const before = await count()
    const again = await post('customers', { external_reference: person.customer }, { 'idempotency-key': 'again-keyed' })
    expect([again.status, again.body.code]).toEqual([409, 'response_erased'])
    const paid = {
      amount: 700,
      currency: 'ZAR',
      channel: 'bank',
      reference: 'TXN-keyed-1',
      metadata: { payer: person.payer },
    }
    for (const customer of [person.id, person.customer]) {
      const refused = await post('payments', { ...paid, customer }, { 'idempotency-key': 'pay-keyed' })
      expect(refused.status).toBeGreaterThanOrEqual(400)
    }
    expect(await count()).toEqual(before)
  })

  test('an event has the same bytes at every attempt until then, and only the facts afterwards', async () => {
    const person = await seed('told')
    await quiet()
    const bodies = receiver.received.map(({ body }) => body).filter((body) => body.includes(person.customer))
    const sent = bodies.map((body) => JSON.parse(body)).find(({ type }) => type === 'obligation.amount_applied')
    expect(sent.data).toMatchObject({
      metadata: { payer: person.payer },
      applied_to: { external_reference: expect.stringContaining('8501015800085-told') },
    })
    await post(`customers/${person.id}/pseudonymise`)
    const { rows } = await server.database.pool.query(
      `select body, personal from event where body like '%' || $1 || '%'`,
      [sent.id],
    )
    expect(rows).toEqual([{ body: expect.any(String), personal: null }])
    const { metadata: _, ...facts } = sent.data
    const { external_reference: __, ...appliedTo } = facts.applied_to
    expect(JSON.parse(rows[0].body).data).toEqual({ ...facts, applied_to: appliedTo })
  })

  test('may be asked for again, and after archiving', async () => {
    await post('customers', { external_reference: 'twice', name: 'Twice' })
    await post('customers/twice/archive')
    const first = await post('customers/twice/pseudonymise')
    const second = await post(`customers/${first.body.id}/pseudonymise`)
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body.external_reference).not.toBe(first.body.external_reference)
    expect((await post('customers/nobody/pseudonymise')).status).toBe(404)
  })

  test('the server may blank that part of an event by the one function only', async () => {
    for (const statement of ['update event set personal = null', "update event set body = '{}'"]) {
      await expect(server.database.pool.query(statement)).rejects.toThrow(/permission denied/)
    }
  })
})

/** Waits until every delivery has ended. */
async function quiet(): Promise<void> {
  await eventually(async () => {
    const { rows } = await server.database.pool.query(
      "select count(*)::integer as pending from webhook_delivery where status = 'pending'",
    )
    return rows[0].pending === 0
  }, 'every delivery has ended')
}

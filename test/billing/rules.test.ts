import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const post = (path: string, body: object) => server.api('POST', path, body)
const patch = (path: string, body: object, headers?: Record<string, string>) => server.api('PATCH', path, body, headers)
const rulesOf = async (path: string) => (await server.api('GET', path)).body.payment_rules

const defaults = { min_amount: 1, max_amount: 999_999_999_999, underpayment_allowed: true, overpayment_allowed: false }

describe('settings', () => {
  test('show what holds, and what was set holds at once', async () => {
    const shown = await server.api('GET', '/settings')
    expect(shown.body).toEqual({
      mode: 'test',
      merchant: expect.stringMatching(/^acme-/),
      name: 'Acme Water',
      time_zone: 'UTC',
      locale: 'en-ZA',
      languages: ['en', 'fr', 'af', 'pt', 'ar'],
      payment_rules: defaults,
      payment_session_lifetime_hours: 24,
      tracked_parameters: [],
      receipt_requests: false,
      credit: 'manual',
    })
    // The key was just looked up and is remembered for a second; the change shows none the less.
    const changed = await patch('/settings', {
      name: 'Acme',
      time_zone: 'africa/nairobi',
      locale: 'sw-ke',
      languages: ['sw', 'en'],
      payment_rules: { min_amount: 50 },
    })
    expect(changed.body).toMatchObject({
      name: 'Acme',
      time_zone: 'Africa/Nairobi',
      locale: 'sw-KE',
      languages: ['sw', 'en'],
      payment_rules: { ...defaults, min_amount: 50 },
    })
    await post('/billing/customers', { external_reference: 'of-settings', currency: 'ZAR', balance: 1 })
    expect(await rulesOf('/billing/customers/of-settings')).toEqual({ ...defaults, min_amount: 50 })
    const back = await patch('/settings', {
      name: null,
      time_zone: 'UTC',
      locale: 'en-ZA',
      languages: ['en', 'fr', 'af', 'pt', 'ar'],
      payment_rules: null,
    })
    expect(back.body).toEqual(shown.body)
    expect(await rulesOf('/billing/customers/of-settings')).toEqual(defaults)
  })

  test.each([
    ['utc', 'UTC'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['america/argentina/buenos_aires', 'America/Buenos_Aires'],
  ])('take the time zone %s as %s', async (time_zone, shown) => {
    expect((await patch('/settings', { time_zone })).body.time_zone).toBe(shown)
    await patch('/settings', { time_zone: 'UTC' })
  })

  test('belong to one environment', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    await patch('/settings', { name: 'Only live', payment_rules: { max_amount: 7 } }, live)
    expect((await server.api('GET', '/settings')).body).toMatchObject({ name: 'Acme Water', payment_rules: defaults })
    const { body } = await server.api('GET', '/settings', undefined, live)
    expect(body).toMatchObject({ mode: 'live', name: 'Only live', payment_rules: { max_amount: 7 } })
  })

  test('have an ETag, and If-Match is held', async () => {
    const { headers } = await server.api('GET', '/settings')
    const etag = headers.get('etag') as string
    expect((await patch('/settings', { time_zone: 'UTC' }, { 'if-match': etag })).status).toBe(200)
    expect((await patch('/settings', { time_zone: 'UTC' }, { 'if-match': etag })).status).toBe(412)
  })

  test.each([
    [{ time_zone: 'Mars/Olympus' }, '/time_zone'],
    [{ time_zone: '+02:00' }, '/time_zone'],
    [{ time_zone: '' }, '/time_zone'],
    ...['BST', 'IST', 'EST', 'CST', 'CST6CDT', 'GMT', 'MET', 'GB', 'Zulu', 'SystemV/PST8PDT', 'Etc/Unknown'].map(
      (time_zone): [object, string] => [{ time_zone }, '/time_zone'],
    ),
    ...['', 'x', 'en_ZA', 'en-', `en-${'x'.repeat(40)}`, `en-${'a1-'.repeat(12)}b`].map((locale): [object, string] => [
      { locale },
      '/locale',
    ]),
    [{ languages: [] }, '/languages'],
    [{ languages: ['en', 'en'] }, '/languages'],
    [{ languages: ['xh'] }, '/languages/0'],
    [{ name: '' }, '/name'],
    [{ merchant: 'other' }, '/merchant'],
    [{ payment_rules: { min_amount: 0 } }, '/payment_rules/min_amount'],
    [{ payment_rules: { max_amount: 1e12 } }, '/payment_rules/max_amount'],
    [{ payment_rules: { overpayment_allowed: 'yes' } }, '/payment_rules/overpayment_allowed'],
    [{ payment_rules: { minimum: 1 } }, '/payment_rules/minimum'],
    [{ payment_rules: [] }, '/payment_rules'],
  ])('%j is refused with a pointer', async (body, pointer) => {
    const refused = await patch('/settings', body)
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer])
  })
})

describe('payment rules', () => {
  test('merge field by field, the nearest wins, and null inherits again', async () => {
    await patch('/settings', { payment_rules: { min_amount: 10, max_amount: 9000 } })
    await post('/billing/bills', {
      external_reference: 'rb',
      currency: 'ZAR',
      amount_due: 5000,
      payment_rules: { max_amount: 3000 },
      account: {
        external_reference: 'ra',
        currency: 'ZAR',
        balance: 1,
        payment_rules: { min_amount: 30 },
        customer: {
          external_reference: 'rc',
          currency: 'ZAR',
          balance: 1,
          payment_rules: { min_amount: 20, overpayment_allowed: true },
        },
      },
    })
    expect(await rulesOf('/billing/customers/rc')).toEqual({
      min_amount: 20,
      max_amount: 9000,
      underpayment_allowed: true,
      overpayment_allowed: true,
    })
    expect(await rulesOf('/billing/accounts/ra')).toMatchObject({ min_amount: 30, overpayment_allowed: true })
    // A bill is never overpaid: what remains is its maximum.
    expect(await rulesOf('/billing/bills/rb')).toMatchObject({
      min_amount: 30,
      max_amount: 3000,
      overpayment_allowed: false,
    })
    await patch('/billing/bills/rb', { payment_rules: { max_amount: null, underpayment_allowed: false } })
    expect(await rulesOf('/billing/bills/rb')).toMatchObject({ max_amount: 5000, underpayment_allowed: false })
    await patch('/billing/accounts/ra', { payment_rules: null })
    await patch('/billing/customers/rc', { payment_rules: { min_amount: null } })
    expect(await rulesOf('/billing/accounts/ra')).toMatchObject({ min_amount: 10, overpayment_allowed: true })
    await patch('/settings', { payment_rules: null })
    expect(await rulesOf('/billing/accounts/ra')).toMatchObject({ min_amount: 1 })
  })

  test('that contradict each other after inheritance are refused where they are set', async () => {
    await patch('/settings', { payment_rules: { max_amount: 500 } })
    const refusals = [
      [patch('/settings', { payment_rules: { min_amount: 501 } }), '/payment_rules/min_amount'],
      [
        post('/billing/customers', { external_reference: 'contra', payment_rules: { min_amount: 501 } }),
        '/payment_rules/min_amount',
      ],
      [
        post('/billing/accounts', {
          external_reference: 'contra',
          customer: { external_reference: 'contra', payment_rules: { max_amount: 3 } },
          payment_rules: { min_amount: 4 },
        }),
        '/payment_rules/min_amount',
      ],
      [
        post('/billing/accounts', {
          external_reference: 'contra',
          customer: { external_reference: 'contra', payment_rules: { min_amount: 501 } },
        }),
        '/customer/payment_rules/min_amount',
      ],
    ] as const
    for (const [answer, pointer] of refusals) {
      const { status, body } = await answer
      expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'invalid_payment_rules', pointer])
    }
    expect((await server.api('GET', '/billing/customers/contra')).status).toBe(404)
    await patch('/settings', { payment_rules: null })
  })

  const above = [
    ['settings', 'customer'],
    ['settings', 'account'],
    ['settings', 'bill'],
    ['customer', 'account'],
    ['customer', 'bill'],
    ['account', 'bill'],
  ] as const
  const limits = [
    ['min_amount', { max_amount: 1000 }, { min_amount: 5000 }, 1000],
    ['max_amount', { min_amount: 1500 }, { max_amount: 700 }, 1500],
  ] as const
  let made = 0

  test.each(above.flatMap(([upper, lower]) => limits.map((limit) => [upper, lower, ...limit] as const)))(
    'that come to contradict each other when the %s of what is above change (%s, %s) stay consistent and payable',
    async (upper, lower, _name, own, changed, kept) => {
      const reference = `above-${++made}`
      const rules = (level: string) => ({ payment_rules: level === lower ? own : {} })
      const due = { currency: 'ZAR', external_reference: reference }
      await post('/billing/customers', { ...due, balance: 2000, ...rules('customer') })
      await post('/billing/accounts', { ...due, customer: reference, balance: 2000, ...rules('account') })
      await post('/billing/bills', { ...due, account: reference, amount_due: 2000, ...rules('bill') })
      const path = (level: string) => (level === 'settings' ? '/settings' : `/billing/${level}s/${reference}`)
      expect((await patch(path(upper), { payment_rules: changed })).status).toBe(200)
      const { body } = await server.api('GET', path(lower))
      expect(body.payment_rules).toMatchObject({ min_amount: kept, max_amount: kept })
      const { data } = (await server.api('GET', `/billing/lookups?reference=${reference}`)).body
      for (const { payment_rules } of data) {
        expect(payment_rules.min_amount).toBeLessThanOrEqual(payment_rules.max_amount)
      }
      const looked = data.find(({ kind }: { kind: string }) => kind === lower)
      expect(looked.payment_rules).toMatchObject({ min_amount: kept, max_amount: kept })
      const [form] = (await open(`${body.presentment_url}?debt=${body.id}`)).forms
      expect((await submit(form, { amount: String(kept / 100) })).html).toContain('name="card_number"')
      // What nobody here has set keeps nobody from changing something else.
      expect((await patch(path(lower), { payment_rules: { underpayment_allowed: true } })).status).toBe(200)
      await patch('/settings', { payment_rules: null })
    },
  )

  test('of a bill are the same wherever they are shown', async () => {
    const over = { external_reference: 'same', currency: 'ZAR', payment_rules: { overpayment_allowed: true } }
    await post('/billing/customers', { ...over, balance: 50 })
    await post('/billing/bills', {
      external_reference: 'same-bill',
      currency: 'ZAR',
      customer: 'same',
      amount_due: 50,
      payment_rules: { min_amount: 80 },
    })
    const shown = await rulesOf('/billing/bills/same-bill')
    expect(shown).toMatchObject({ min_amount: 50, max_amount: 50, overpayment_allowed: false })
    const { data } = (await server.api('GET', '/billing/lookups?reference=same-bill')).body
    expect(data[0].payment_rules).toEqual(shown)
  })

  test('are shown only where something can be paid', async () => {
    await post('/billing/customers', { external_reference: 'no-balance', payment_rules: { min_amount: 2 } })
    expect((await server.api('GET', '/billing/customers/no-balance')).body).not.toHaveProperty('payment_rules')
    await patch('/billing/customers/no-balance', { currency: 'ZAR', balance: 0 })
    expect(await rulesOf('/billing/customers/no-balance')).toMatchObject({ min_amount: 2 })
  })
})

describe('whether more than is owed is taken', () => {
  const paid = async (account: string, amount: number) => {
    const allocations = [{ account, amount }]
    const payment = { amount, currency: 'ZAR', channel: 'till', reference: `over ${serial++}`, allocations }
    return (await post('/billing/payments', payment)).status
  }
  let serial = 0

  test('of an account is its own rule, else the one of its customer, else the one of the settings', async () => {
    await post('/billing/customers', { external_reference: 'over', currency: 'ZAR', balance: 0 })
    const opened = { customer: 'over', external_reference: 'over-a', currency: 'ZAR', balance: 0 }
    const { id } = (await post('/billing/accounts', opened)).body
    const allowed = (overpayment_allowed: boolean | null) => ({ payment_rules: { overpayment_allowed } })
    expect(await paid(id, 1)).toBe(422)
    await patch('/settings', allowed(true))
    expect(await paid(id, 2)).toBe(201)
    await patch('/billing/customers/over', allowed(false))
    expect(await paid(id, 3)).toBe(422)
    await patch('/billing/accounts/over-a', allowed(true))
    expect(await paid(id, 4)).toBe(201)
    await patch('/billing/accounts/over-a', allowed(null))
    expect(await paid(id, 5)).toBe(422)
    await patch('/billing/customers/over', { payment_rules: null })
    expect(await paid(id, 6)).toBe(201)
    await patch('/settings', { payment_rules: null })
    expect(await paid(id, 7)).toBe(422)
  })

  test('of a balance that is opened later is the rule that holds then', async () => {
    const over = { payment_rules: { overpayment_allowed: true } }
    await post('/billing/customers', { external_reference: 'later', ...over })
    const { id } = (await post('/billing/accounts', { customer: 'later', external_reference: 'later-a' })).body
    await patch('/billing/accounts/later-a', { currency: 'ZAR', balance: 0 })
    expect(await paid(id, 1)).toBe(201)
    const own = { customer: 'later', external_reference: 'later-b', currency: 'ZAR', balance: 0 }
    const other = await post('/billing/accounts', { ...own, payment_rules: { overpayment_allowed: false } })
    expect(await paid(other.body.id, 1)).toBe(422)
  })
})

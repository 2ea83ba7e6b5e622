import { syncDueSessions } from '../../../src/payments/session/sync-due-sessions.ts'
import { goodCard, open, payWith, submit } from '../payer.ts'
import { left, type State, type Tools } from './tools.ts'

/** Reviews, outcomes and receipts. */
export function paidStates(tools: Tools): State[] {
  const { household, bill, customer, account, cash, at, paying, paidReview, usedSince, server } = tools
  return [
    ['the review of everything', async () => at((await household()).customer, '/review?everything=ZAR')],
    ['the review of an amount', async () => at((await household()).customer, '/review?currency=ZAR&amount=1000')],
    [
      'the review of an amount that is not used whole',
      async () => {
        const { id, presentment_url } = await customer()
        await account({ customer: id, payment_rules: { underpayment_allowed: false } })
        await account({ customer: id, name: 'Pool', balance: 5000, payment_rules: { underpayment_allowed: false } })
        return open(`${presentment_url}/review?currency=ZAR&amount=30`)
      },
    ],
    [
      'the review of more than are shown',
      async () => {
        const { id, presentment_url } = await customer()
        for (let count = 0; count < 27; count++) await bill({ customer: id })
        return open(`${presentment_url}/review?everything=ZAR`)
      },
    ],
    [
      'a review of what has moved',
      async () => {
        const { customer, late, today, garden } = await household()
        const [form] = (await at(customer, '/review?everything=ZAR')).forms
        await cash({ bill: late.id }, 79_900)
        await cash({ bill: today.id }, 100)
        await bill({ customer: customer.id, account: garden.id })
        return submit(form)
      },
    ],
    ['paid', () => paying(goodCard.card_number)],
    ['paid in part', async () => payWith((await account()).presentment_url, goodCard.card_number, '5')],
    ['paid for several, in full and in part', () => paidReview(() => 'currency=ZAR&amount=1000')],
    [
      'paid in advance',
      async () =>
        payWith(
          (await account({ payment_rules: { overpayment_allowed: true } })).presentment_url,
          goodCard.card_number,
          '50',
        ),
    ],
    [
      'paid, and not needed in part',
      () =>
        paidReview(
          ({ late, today }) => `debt=${late.id}&debt=${today.id}`,
          ({ late }) => cash({ bill: late.id }, 79_900),
        ),
    ],
    [
      'paid, and not needed',
      () =>
        paidReview(
          ({ late }) => `debt=${late.id}`,
          ({ late }) => cash({ bill: late.id }, 79_900),
        ),
    ],
    [
      'paid, and a part not needed',
      () =>
        paidReview(
          ({ late }) => `debt=${late.id}`,
          ({ late }) => cash({ bill: late.id }, 900),
        ),
    ],
    ['paid, and used in part since', () => usedSince(10_000)],
    ['paid, and used since', () => usedSince(79_900)],
    [
      'paid, and taken back since',
      async () => {
        const { customer, late } = await household()
        const card = await submit((await at(customer, `/review?debt=${late.id}`)).forms[0])
        const paid = await submit(card.forms[0], goodCard)
        const [obligation] = (await server().api('GET', `/billing/obligations?bill=${late.id}`)).body.data
        await server().api('POST', `/billing/obligations/${obligation.id}/reversals`, {
          amount: 40_000,
          reason: 'mistake',
        })
        return open(paid.url)
      },
    ],
    ['on its way', () => paying('4000 0000 0000 0077')],
    ...[
      '4000 0000 0000 9995',
      '4000 0000 0000 0002',
      '4000 0000 0000 0069',
      '4000 0000 0000 0127',
      '4000 0000 0000 9987',
    ].map((card): State => [`declined: ${card}`, () => paying(card)]),
    ['declined for several', () => paidReview(() => 'everything=ZAR', undefined, '4000 0000 0000 9995')],
    [
      'failed later',
      async () => {
        const { url } = await paying('4000 0000 0000 0093')
        server().clock.advance(4000)
        return open(url)
      },
    ],
    ['not approved', async () => submit((await paying('4000 0000 0000 3220')).forms[0], { decision: 'refuse' })],
    ['left unfinished', async () => left(await submit((await at(account())).forms[0]))],
    [
      'begun again elsewhere',
      async () => {
        const made = await account()
        const first = await submit((await at(made)).forms[0])
        server().clock.advance(10)
        await submit((await at(made)).forms[0])
        return left(first)
      },
    ],
    [
      'not finished in time',
      async () => {
        const card = await submit((await at(account())).forms[0])
        server().clock.advance(25 * 3_600_000)
        await syncDueSessions(server().app)
        return left(card)
      },
    ],
    [
      'called off',
      async () => {
        const { customer, late } = await household()
        const card = await submit((await at(customer, `/review?debt=${late.id}`)).forms[0])
        await server().api('POST', `/billing/bills/${late.id}/void`)
        return left(card)
      },
    ],
  ]
}

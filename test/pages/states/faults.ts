import { open, submit } from '../payer.ts'
import type { State, Tools } from './tools.ts'

/** Pages that refuse something. */
export function faultStates(tools: Tools): State[] {
  const { household, customer, account, cash, at, typed, liveCustomer, server } = tools
  return [
    ...['', 'twenty', '0', '-5', '€20', '20 50', '1,000', '20.505', '25'].map(
      (amount): State => [`the amount ${amount || 'left empty'}`, () => typed(amount)],
    ),
    ['too little', () => typed('1', { payment_rules: { min_amount: 500 } })],
    ['too much at once', () => typed('50', { balance: 5000, payment_rules: { max_amount: 1000 } })],
    ['other than the fixed amount', () => typed('5', { payment_rules: { underpayment_allowed: false } })],
    [
      'more than may be paid of what may be overpaid',
      () => typed('50', { payment_rules: { overpayment_allowed: true, max_amount: 3000 } }),
    ],
    ['a review in the live environment', () => at(liveCustomer(), '/review?everything=ZAR')],
    [
      'more than one payment may be for',
      async () => {
        const { id, presentment_url } = await customer({ currency: 'ZAR', balance: 999_999_999_999 })
        await account({ customer: id, balance: 999_999_999_999 })
        return open(`${presentment_url}/review?everything=ZAR`)
      },
    ],
    [
      'a debt that moved',
      async () => {
        const made = await account()
        const [form] = (await at(made)).forms
        await cash({ account: made.id }, 500)
        return submit(form)
      },
    ],
    [
      'a debt that was paid meanwhile',
      async () => {
        const made = await account()
        const [form] = (await at(made)).forms
        await cash({ account: made.id }, 2000)
        return submit(form)
      },
    ],
    [
      'a payment that was begun with another amount',
      async () => {
        const [form] = (await at(account())).forms
        await submit(form)
        return submit(form, { amount: '5' })
      },
    ],
    [
      'a page that was open for too long',
      async () => {
        const [form] = (await at(account())).forms
        server().clock.advance(25 * 3_600_000)
        return submit(form)
      },
    ],
    ['nothing ticked', async () => at((await household()).customer, '/review')],
    [
      'a currency that nothing is owed in',
      async () => at((await household()).customer, '/review?currency=KWD&amount=5'),
    ],
    ['an amount for all that is none', async () => at((await household()).customer, '/review?currency=ZAR&amount=x')],
    ['what is not owed', async () => at((await household()).customer, '/review?everything=KWD')],
    [
      'several currencies at once',
      async () => {
        const { customer, garden } = await household()
        const pool = await account({ customer: customer.id, name: 'Pool', currency: 'USD', balance: 400 })
        return at(customer, `/review?debt=${garden.id}&debt=${pool.id}`)
      },
    ],
    ['a link that is none', () => open(`${server().url}/p/nothing`)],
    ['a link to nowhere', () => open(`${server().url}/p/nothing/at/all`)],
    [
      'a form from elsewhere',
      async () => submit((await at(account())).forms[0], {}, { origin: 'https://evil.example' }),
    ],
    [
      'a body that is no form',
      async () =>
        open((await account()).presentment_url, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        }),
    ],
  ]
}

import { expect } from 'vitest'
import { formatId, type Id, parseId } from '../../src/core/id/id.ts'
import { goodCard, open, type PayerPage, statusOf, submit } from '../pages/payer.ts'
import type { TestServer } from '../support/server.ts'
import { type Attempt, type DebtName, PayerBook } from './payer-book.ts'

let made = 0
const cards = {
  succeeds: '4242 4242 4242 4242',
  declined: '4000 0000 0000 9995',
  'pending, succeeds': '4000 0000 0000 0077',
  'pending, fails': '4000 0000 0000 0093',
} as const
export type CardName = keyof typeof cards

/** One customer with a balance on an account, two bills and two payment requests, at a real server, and what a payer can do. */
export class PayerWorld {
  readonly book = new PayerBook()
  readonly #server: TestServer
  readonly #cardPages = new Map<Attempt, PayerPage>()
  readonly #outcomes = new Map<Attempt, string>()
  #lastForm: PayerPage | undefined
  #links = { customer: '', direct: '', billed: '' }
  #ids = { customer: '', account: '', early: '', late: '', direct: '', billed: '' }

  private constructor(server: TestServer) {
    this.#server = server
  }

  static async create(server: TestServer): Promise<PayerWorld> {
    const world = new PayerWorld(server)
    const name = `order-${++made}`
    const post = async (path: string, body: object) => {
      const answer = await server.api('POST', path, body)
      expect(answer.status, answer.text).toBe(201)
      return answer.body
    }
    const customer = { external_reference: name, name: 'Thandi Nkosi' }
    const account = await post('/billing/accounts', {
      customer,
      external_reference: name,
      currency: 'ZAR',
      balance: 500,
    })
    const bill = (reference: string, amount_due: number, due_date: string) =>
      post('/billing/bills', {
        account: account.id,
        external_reference: `${name}-${reference}`,
        currency: 'ZAR',
        amount_due,
        bill_date: '2026-01-01',
        due_date,
      })
    const early = await bill('early', 300, '2026-02-01')
    const late = await bill('late', 200, '2026-03-01')
    const direct = await post('/collect/payment_requests', { amount: 70, currency: 'ZAR' })
    const billed = await post('/collect/payment_requests', { amount: 300, currency: 'ZAR', bill: early.id })
    world.#ids = {
      customer: account.customer_id,
      account: account.id,
      early: early.id,
      late: late.id,
      direct: direct.id,
      billed: billed.id,
    }
    const owner = (await server.api('GET', `/billing/customers/${account.customer_id}`)).body
    world.#links = { customer: owner.presentment_url, direct: direct.link.url, billed: billed.link.url }
    return world
  }

  /** Opens the customer's page, and compares what it says of the money with the book. */
  async look(): Promise<void> {
    const page = await open(this.#links.customer)
    const { owed, moving, held } = this.book.totals()
    const headline = owed > 0 ? `you owe ${rand(owed - moving)}` : 'Nothing to pay'
    expect(page.text, 'the headline').toContain(headline)
    expect(page.text.includes('is on its way'), 'what is on its way').toBe(moving > 0)
    if (moving > 0) expect(page.text).toContain(`${rand(moving)} is on its way`)
    expect(page.text.includes('that is not used yet'), 'what is held').toBe(held > 0)
    if (held > 0) expect(page.text).toContain(`holds ${rand(held)} of yours`)
  }

  /** Chooses on the customer's page, reviews, and begins; with `move`, an amount moves before the review is sent. */
  async choose(what: 'everything' | DebtName, move: boolean): Promise<void> {
    const chosen = this.book.choice(what)
    const query = what === 'everything' ? 'everything=ZAR' : `debt=${this.#idOf(what)}`
    const review = await open(`${this.#links.customer}/review?${query}`)
    // The page of what is owed, which is shown instead, was looked at before.
    if (chosen.length === 0) return
    if (move) {
      await this.setBalance(this.book.owed('account') + 1)
      const moved = JSON.stringify(this.book.choice(what)) !== JSON.stringify(chosen)
      if (moved) return this.#expectMoved(await submit(review.forms[0]))
    }
    await this.#begin(review, chosen, undefined)
  }

  async #expectMoved(page: PayerPage): Promise<void> {
    expect(page.status, page.text).toBe(422)
    expect(page.text).toMatch(/changed|moved/i)
  }

  /** Opens a request, and begins to pay it where its page can be paid. */
  async request(name: 'direct' | 'billed'): Promise<void> {
    const page = await open(this.#links[name])
    const chosen = this.book.requestChoice(name)
    if (!chosen) return expect(page.forms, page.text).toEqual([])
    await this.#begin(page, chosen, name)
  }

  async #begin(page: PayerPage, chosen: Attempt['chosen'], request: Attempt['request']): Promise<void> {
    const [form] = page.forms
    const id = form?.fields.payment ?? ''
    const card = await submit(form)
    const attempt = this.book.begin({ id, chosen, request })
    this.#lastForm = page
    this.#cardPages.set(attempt, card)
    this.#outcomes.set(attempt, `${request ? this.#links[request] : this.#links.customer}/payments/${id}`)
    expect(card.html, 'the card page').toContain('card_number')
  }

  /** Sends the last form once more: it is the same payment. */
  async submitAgain(): Promise<void> {
    if (this.#lastForm) await submit(this.#lastForm.forms[0])
  }

  /** Enters a card on the card page of an attempt, however old that page is. */
  async pay(index: number, card: CardName): Promise<void> {
    const attempt = this.book.attempt(index)
    const page = attempt && this.#cardPages.get(attempt)
    if (!attempt || !page) return
    this.book.charge(attempt, card)
    const outcome = await submit(page.forms[0], { ...goodCard, card_number: cards[card] })
    this.#expectOutcome(attempt, outcome)
  }

  /** Goes back from the card page, or opens the outcome again, as often as a processor might call. */
  async back(index: number, times: number): Promise<void> {
    const attempt = this.book.attempt(index)
    const url = attempt && this.#outcomes.get(attempt)
    if (!attempt || !url) return
    const pages = await Promise.all(Array.from({ length: times }, () => open(url)))
    for (const page of pages) this.#expectOutcome(attempt, page)
  }

  /** The bank decides a pending charge, and the payer's page is the first to hear of it. */
  async settle(index: number): Promise<void> {
    const attempt = this.book.attempt(index)
    if (attempt?.charge !== 'pending, succeeds' && attempt?.charge !== 'pending, fails') return
    await this.#charge(attempt, "settles_at = created_at where status = 'pending'")
    this.book.settle(attempt)
    await this.back(index, 1)
  }

  /** A charge that was closed is paid all the same, as at a processor that cannot close one. */
  async payLate(index: number): Promise<void> {
    const attempt = this.book.attempt(index)
    if (attempt?.charge !== 'closed') return
    await this.#charge(attempt, "status = 'succeeded', settles_at = created_at where status = 'failed'")
    this.book.payLate(attempt)
    await this.back(index, 1)
  }

  async #charge({ id }: Attempt, change: string): Promise<void> {
    await this.#server.database.pool.query(`update simulator_charge set ${change} and id = $1`, [
      parseId('payment', id),
    ])
  }

  async setBalance(balance: number): Promise<void> {
    const answer = await this.#server.api('PATCH', `/billing/accounts/${this.#ids.account}`, { balance })
    if (answer.status === 409) return expect(answer.body.code).toBe('archived')
    this.book.setBalance(balance)
  }

  async voidBill(name: 'early' | 'late'): Promise<void> {
    const answer = await this.#server.api('POST', `/billing/bills/${this.#ids[name]}/void`)
    expect(answer.status === 200, answer.text).toBe(this.book.void(name))
  }

  async expire(name: 'direct' | 'billed'): Promise<void> {
    await this.#server.database.pool.query(
      "update checkout set expires_at = created_at where status = 'active' and id = $1",
      [parseId('payment_request', this.#ids[name])],
    )
    this.book.expire(name)
  }

  /** Archives the account, and then the customer, whose accounts must all be archived; both are taken out again. */
  async archive(): Promise<void> {
    const { customer, account } = this.#ids
    const send = async (path: string, allowed: boolean) => {
      const answer = await this.#server.api('POST', `/billing/${path}`)
      expect(answer.status, `${path}: ${answer.text}`).toBe(allowed ? 200 : 409)
    }
    const isSettled = this.book.isSettled()
    await send(`accounts/${account}/archive`, isSettled)
    if (isSettled) this.book.cancelOpen()
    const { held } = this.book.totals()
    await send(`customers/${customer}/archive`, isSettled && held === 0)
    await send(`customers/${customer}/unarchive`, true)
    await send(`accounts/${account}/unarchive`, true)
  }

  #expectOutcome(attempt: Attempt, page: PayerPage): void {
    const shown = statusOf(page)[0] ?? (page.html.includes('card_number') ? 'card page' : 'nothing')
    const { state, applied, amount } = attempt
    const said = `${JSON.stringify(attempt)}: ${page.text}`
    if (state === 'succeeded') {
      expect(shown, said).toBe('succeeded')
      expect(page.html.includes('class="status good"'), said).toBe(applied > 0 && !attempt.paid_before)
      expect(page.text.includes('was not needed'), said).toBe(applied < amount)
    } else expect(shown, said).toBe(state === 'processing' || state === 'begun' ? 'pending' : 'failed')
  }

  /** Every cent is where the book says: each payment, each balance, what is held, and what is direct. */
  async check(): Promise<void> {
    await this.look()
    const { rows } = await this.#server.database.pool.query<Row>(
      `select id, status, amount::integer, applied_amount::integer, unapplied_amount::integer, direct_amount::integer
       from payment where id = any ($1)`,
      [this.book.attempts.map(({ id }) => parseId('payment', id))],
    )
    const seen = rows.map(({ id, ...row }) => ({ id: formatId('payment', id), ...row }))
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
    expect(seen.sort(byId)).toEqual(this.book.expected().sort(byId))
    const account = (await this.#server.api('GET', `/billing/accounts/${this.#ids.account}`)).body
    expect(account.balance, 'the account').toBe(this.book.owed('account'))
    for (const name of ['early', 'late'] as const) {
      const bill = (await this.#server.api('GET', `/billing/bills/${this.#ids[name]}`)).body
      const voided = this.book.isVoided(name)
      expect([voided ? 0 : bill.amount_remaining, bill.status === 'voided'], name).toEqual([
        this.book.owed(name),
        voided,
      ])
    }
    for (const name of ['direct', 'billed'] as const) {
      const request = (await this.#server.api('GET', `/collect/payment_requests/${this.#ids[name]}`)).body
      expect(request.status, name).toBe(this.book.requestStatus(name))
    }
  }

  #idOf(debt: DebtName): string {
    return this.#ids[debt]
  }
}

type Row = {
  id: Id
  status: string
  amount: number
  applied_amount: number
  unapplied_amount: number
  direct_amount: number
}

function rand(cents: number): string {
  return `R ${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')}`
}

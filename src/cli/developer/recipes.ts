import { randomBytes } from 'node:crypto'
import type { EventType } from '../../events/registry.ts'
import type { Api } from './api.ts'

/** What makes an event of one type happen, by the calls that a merchant and a payer make: its references all lead somewhere. */
type Recipe = (desk: Desk) => Promise<unknown>

type Made = { id: string }
type Payment = Made & { obligations: Made[] }

const currency = 'ZAR'
const amount = 12_500

/** The things that recipes are made of. Each call makes new objects, whose references say where they come from. */
export class Desk {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  post<Body = Made>(path: string, body?: object): Promise<Body> {
    return this.#api.call<Body>('POST', path, body)
  }

  patch(path: string, body: object): Promise<Made> {
    return this.#api.call<Made>('PATCH', path, body)
  }

  customer(): Promise<Made> {
    return this.post('/billing/customers', { ...named(), name: 'Thandi Nkosi', currency, balance: amount })
  }

  async account(): Promise<Made> {
    return this.post('/billing/accounts', {
      ...named(),
      customer: (await this.customer()).id,
      name: 'Water',
      currency,
      balance: amount,
    })
  }

  async bill(): Promise<Made> {
    return this.post('/billing/bills', {
      ...named(),
      customer: (await this.customer()).id,
      description: 'Water in October',
      currency,
      amount_due: amount,
    })
  }

  /** A bill that is closed by a payment, which may be of more than the bill. */
  async paidBill(more = 0): Promise<{ bill: Made; payment: Payment }> {
    const bill = await this.bill()
    const payment = await this.post<Payment>('/billing/payments', {
      bill: bill.id,
      amount: amount + more,
      currency,
      channel: 'cash',
      reference: named().external_reference,
    })
    return { bill, payment }
  }

  request(): Promise<Made> {
    return this.post('/collect/payment_requests', { ...named(), amount, currency, description: 'Call-out fee' })
  }

  /** A request that goes to a phone: a refusal there ends it. */
  push(): Promise<Made> {
    const push = { phone: '+27821234567' }
    return this.post('/collect/payment_requests', { ...named(), type: 'push', push, amount, currency })
  }

  session(): Promise<Made> {
    return this.post('/collect/payment_sessions', { ...named(), amount, currency })
  }

  /** A payment that is disputed in some seconds, and lost in some more. */
  async disputed(): Promise<Made> {
    return this.post('/test/payments', {
      bill: (await this.bill()).id,
      amount,
      outcome: 'succeeded',
      later: 'dispute_lost',
    })
  }

  /** A payment that is authorised, to be captured or voided. */
  async authorised(): Promise<Made> {
    const options = { payment_method_options: { card: { capture_method: 'manual' } } }
    const session = await this.post('/collect/payment_sessions', { ...named(), amount, currency, options })
    return this.pays({ payment_session: session.id })
  }

  /** What a payer does at a page. */
  pays(what: object, outcome = 'succeeded'): Promise<Made> {
    return this.post('/test/payments', { ...what, outcome })
  }
}

const named = () => ({ external_reference: `trigger-${randomBytes(6).toString('hex')}` })

const customers = '/billing/customers'
const accounts = '/billing/accounts'
const bills = '/billing/bills'
const writeOff = { kind: 'write_off', reason: 'The customer has moved abroad' }
const less = { kind: 'credit_note', amount: -2_500, reason: 'Billed twice' }

const settled = async (desk: Desk, path: string, made: Promise<Made>): Promise<Made> => {
  const { id } = await made
  await desk.patch(`${path}/${id}`, { balance: 0 })
  return { id }
}

/** Archives what is made; what is owed on cannot be archived. */
const archived = async (desk: Desk, path: string, made: Promise<Made>): Promise<Made> => {
  const { id } = await made
  await desk.post(`${path}/${id}/archive`)
  return { id }
}

const paid = async (desk: Desk): Promise<Made> => (await desk.paidBill()).bill

/** How each type is made to happen. What is left out cannot be: see `untriggerable`. */
export const recipes: Partial<Readonly<Record<EventType, Recipe>>> = {
  'obligation.amount_applied': (desk) => desk.paidBill(),
  'obligation.amount_reversed': async (desk) => {
    const { payment } = await desk.paidBill()
    return desk.post(`/billing/obligations/${payment.obligations[0]?.id}/reversals`, { reason: 'Applied wrongly' })
  },
  'payment.succeeded': async (desk) => desk.pays({ bill: (await desk.bill()).id, amount }),
  'payment.captured': async (desk) => desk.post(`/collect/payments/${(await desk.authorised()).id}/captures`),
  'payment.voided': async (desk) => desk.post(`/collect/payments/${(await desk.authorised()).id}/voids`),
  'payment.amount_unapplied': (desk) => desk.paidBill(1_000),
  'payment.reversed': async (desk) => {
    const { payment } = await desk.paidBill()
    return desk.post(`/billing/payments/${payment.id}/reversals`, { reason: 'Returned by the bank' })
  },
  'payment.transferred': async (desk) => {
    const { payment } = await desk.paidBill()
    const to = { customer: (await desk.customer()).id }
    return desk.post(`/billing/payments/${payment.id}/transfers`, { to, reason: 'Posted to the neighbour by mistake' })
  },
  'payment.refunded': async (desk) => {
    const { payment } = await desk.paidBill()
    const sent = { channel: 'bank_transfer', reference: named().external_reference, reason: 'Paid twice' }
    return desk.post(`/billing/payments/${payment.id}/refunds`, sent)
  },
  'payment.refund_failed': async (desk) => {
    const bill = (await desk.bill()).id
    const { id } = await desk.post('/test/payments', { bill, amount, outcome: 'succeeded', refunds: 'refused' })
    return desk.post(`/collect/payments/${id}/refunds`, { reason: 'Paid twice' })
  },
  'settlement.created': async (desk) => {
    await desk.pays({ bill: (await desk.bill()).id, amount })
    return desk.post('/test/settlements')
  },
  'dispute.created': (desk) => desk.disputed(),
  'dispute.updated': (desk) => desk.disputed(),
  'dispute.closed': (desk) => desk.disputed(),
  'customer.created': (desk) => desk.customer(),
  'customer.updated': async (desk) => desk.patch(`${customers}/${(await desk.customer()).id}`, { name: 'T. Nkosi' }),
  'customer.balance_adjusted': async (desk) =>
    desk.post(`${customers}/${(await desk.customer()).id}/adjustments`, less),
  'customer.archived': (desk) => archived(desk, customers, settled(desk, customers, desk.customer())),
  'customer.unarchived': async (desk) => {
    const { id } = await archived(desk, customers, settled(desk, customers, desk.customer()))
    return desk.post(`${customers}/${id}/unarchive`)
  },
  'customer.pseudonymised': async (desk) => desk.post(`${customers}/${(await desk.customer()).id}/pseudonymise`),
  'account.created': (desk) => desk.account(),
  'account.updated': async (desk) => desk.patch(`${accounts}/${(await desk.account()).id}`, { name: 'Garden water' }),
  'account.balance_adjusted': async (desk) => desk.post(`${accounts}/${(await desk.account()).id}/adjustments`, less),
  'account.archived': (desk) => archived(desk, accounts, settled(desk, accounts, desk.account())),
  'account.unarchived': async (desk) => {
    const { id } = await archived(desk, accounts, settled(desk, accounts, desk.account()))
    return desk.post(`${accounts}/${id}/unarchive`)
  },
  'bill.created': (desk) => desk.bill(),
  'bill.updated': async (desk) =>
    desk.patch(`${bills}/${(await desk.bill()).id}`, { description: 'Water in November' }),
  'bill.balance_adjusted': async (desk) => desk.post(`${bills}/${(await desk.bill()).id}/adjustments`, less),
  'bill.written_off': async (desk) =>
    desk.post(`${bills}/${(await desk.bill()).id}/adjustments`, { ...writeOff, amount: -amount }),
  'bill.paid': paid,
  'bill.voided': async (desk) => desk.post(`${bills}/${(await desk.bill()).id}/void`),
  'bill.archived': (desk) => archived(desk, bills, paid(desk)),
  'bill.unarchived': async (desk) => desk.post(`${bills}/${(await archived(desk, bills, paid(desk))).id}/unarchive`),
  'payment.attempt_failed': async (desk) => desk.pays({ payment_session: (await desk.session()).id }, 'declined'),
  'payment.failed': async (desk) => desk.pays({ payment_request: (await desk.push()).id }, 'declined'),
  'payment_request.created': (desk) => desk.request(),
  'payment_request.updated': async (desk) =>
    desk.patch(`/collect/payment_requests/${(await desk.request()).id}`, { description: 'Call-out fee, evening' }),
  'payment_request.paid': async (desk) => desk.pays({ payment_request: (await desk.request()).id }),
  'payment_session.created': (desk) => desk.session(),
  'payment_session.updated': async (desk) => desk.post(`/collect/payment_sessions/${(await desk.session()).id}/cancel`),
  'payment_session.completed': async (desk) => desk.pays({ payment_session: (await desk.session()).id }),
}

/** The types that no call makes happen, and what does. */
export const untriggerable: Partial<Readonly<Record<EventType, string>>> = {
  'bill.overdue': 'the day that a bill is due on has to end',
  'transfer_notice.announced': 'a payer says it on the page with the bank details',
  'transfer_notice.settled': 'a payer has to be shown a code first, on the page with the bank details',
  'receipt.requested': 'a payer asks for it on the page of a receipt',
  'webhook_endpoint.paused': 'an endpoint has to answer 410, or fail for three days',
}

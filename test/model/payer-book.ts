import type { CardName } from './payer-world.ts'

export type DebtName = 'account' | 'early' | 'late'
type RequestName = 'direct' | 'billed'
type Part = { debt: DebtName; amount: number }

/** A payment that a payer began: what it is for, what became of its charge, and what the program has to say of it. */
export type Attempt = {
  id: string
  chosen: Part[]
  request: RequestName | undefined
  amount: number
  charge: 'open' | 'closed' | CardName
  state: 'begun' | 'processing' | 'succeeded' | 'failed' | 'cancelled'
  applied: number
  held: number
  direct: number
  paid_before: boolean
}

type Request = { amount: number; status: 'active' | 'paid' | 'expired' }

/** What a careful clerk would note of one customer: plain numbers, written from the rules and not from the program. */
export class PayerBook {
  readonly attempts: Attempt[] = []
  readonly #owed = new Map<DebtName, number>([
    ['account', 500],
    ['early', 300],
    ['late', 200],
  ])
  readonly #voided = new Set<DebtName>()
  readonly #paidInto = new Map<DebtName, number>()
  readonly #requests: Record<RequestName, Request> = {
    direct: { amount: 70, status: 'active' },
    billed: { amount: 300, status: 'active' },
  }

  owed(debt: DebtName): number {
    return this.#owed.get(debt) ?? 0
  }

  isVoided(debt: DebtName): boolean {
    return this.#voided.has(debt)
  }

  requestStatus(name: RequestName): string {
    return this.#requests[name].status
  }

  attempt(index: number): Attempt | undefined {
    return this.attempts.length === 0 ? undefined : this.attempts[index % this.attempts.length]
  }

  /** What charged payments that are not confirmed would bring to a debt, at most what it owes. */
  #moving(debt: DebtName): number {
    const parts = this.attempts.filter(({ state }) => state === 'processing').flatMap(({ chosen }) => chosen)
    const sum = parts.filter((part) => part.debt === debt).reduce((total, { amount }) => total + amount, 0)
    return Math.min(sum, this.owed(debt))
  }

  totals(): { owed: number; moving: number; held: number } {
    const debts = [...this.#owed.keys()]
    return {
      owed: debts.reduce((sum, debt) => sum + this.owed(debt), 0),
      moving: debts.reduce((sum, debt) => sum + this.#moving(debt), 0),
      held: this.attempts.reduce((sum, { held }) => sum + held, 0),
    }
  }

  /** What a choice on the page is for: all that is open of each debt, the most urgent first. */
  choice(what: 'everything' | DebtName): Part[] {
    const order: DebtName[] = ['early', 'late', 'account']
    return order
      .filter((debt) => what === 'everything' || what === debt)
      .map((debt) => ({ debt, amount: this.owed(debt) - this.#moving(debt) }))
      .filter(({ amount }) => amount > 0)
  }

  /** What a request would be split into; `undefined` where its page takes no payment. */
  requestChoice(name: RequestName): Part[] | undefined {
    const { status, amount } = this.#requests[name]
    const isMoving = this.attempts.findLast(({ request }) => request === name)?.state === 'processing'
    if (status !== 'active' || isMoving) return undefined
    if (name === 'direct') return []
    return this.owed('early') >= amount ? [{ debt: 'early', amount }] : undefined
  }

  /** A payment is begun: earlier ones for the same, that nobody was charged for, give way. */
  begin({ id, chosen, request }: Pick<Attempt, 'id' | 'chosen' | 'request'>): Attempt {
    for (const other of this.attempts) {
      const sameDebt = other.chosen.some(({ debt }) => chosen.some((part) => part.debt === debt))
      const sameRequest = request !== undefined && other.request === request
      if ((sameDebt || sameRequest) && other.state === 'begun') {
        other.state = 'cancelled'
        other.charge = 'closed'
      }
    }
    const amount = request ? this.#requests[request].amount : chosen.reduce((sum, part) => sum + part.amount, 0)
    const nothing = { applied: 0, held: 0, direct: 0, paid_before: false }
    const attempt: Attempt = { id, chosen, request, amount, charge: 'open', state: 'begun', ...nothing }
    this.attempts.push(attempt)
    return attempt
  }

  /** A card is entered: only an open charge can be charged. */
  charge(attempt: Attempt, card: CardName): void {
    if (attempt.charge !== 'open') return
    attempt.charge = card
    if (card === 'succeeds') this.#arrive(attempt)
    else if (card === 'declined') attempt.state = attempt.state === 'begun' ? 'failed' : attempt.state
    else attempt.state = 'processing'
  }

  settle(attempt: Attempt): void {
    if (attempt.state !== 'processing') return
    if (attempt.charge === 'pending, succeeds') this.#arrive(attempt)
    else attempt.state = 'failed'
  }

  payLate(attempt: Attempt): void {
    attempt.charge = 'succeeds'
    this.#arrive(attempt)
  }

  /** Money has arrived: each debt that it is for gets what it owes, and no more; the rest is held. */
  #arrive(attempt: Attempt): void {
    attempt.state = 'succeeded'
    if (attempt.request) {
      const request = this.#requests[attempt.request]
      attempt.paid_before = request.status === 'paid'
      request.status = 'paid'
    }
    if (attempt.request === 'direct') {
      attempt.direct = attempt.amount
      attempt.applied = attempt.amount
      return
    }
    for (const { debt, amount } of attempt.chosen) {
      const part = Math.min(amount, this.owed(debt))
      this.#owed.set(debt, this.owed(debt) - part)
      this.#paidInto.set(debt, (this.#paidInto.get(debt) ?? 0) + part)
      attempt.applied += part
    }
    attempt.held = attempt.amount - attempt.applied
  }

  setBalance(balance: number): void {
    this.#owed.set('account', balance)
  }

  /** Voids a bill, and says whether it can be: no money in it, none on its way. */
  void(debt: 'early' | 'late'): boolean {
    const isMoving = this.attempts.some(
      ({ state, chosen }) => state === 'processing' && chosen.some((part) => part.debt === debt),
    )
    if (this.#voided.has(debt) || (this.#paidInto.get(debt) ?? 0) > 0 || isMoving) return false
    this.#voided.add(debt)
    this.#owed.set(debt, 0)
    for (const one of this.attempts) {
      if (one.state === 'begun' && one.chosen.some((part) => part.debt === debt)) one.state = 'cancelled'
    }
    return true
  }

  expire(name: RequestName): void {
    const request = this.#requests[name]
    if (request.status === 'active') request.status = 'expired'
  }

  /** Nothing is owed on the account and its bills, and nothing is on its way to them. */
  isSettled(): boolean {
    const isMoving = this.attempts.some(({ state, request }) => state === 'processing' && request !== 'direct')
    return this.totals().owed === 0 && !isMoving
  }

  /** Archiving cancels what was begun and not charged; its charges stay open until a job closes them. */
  cancelOpen(): void {
    for (const one of this.attempts) {
      if (one.state === 'begun' && one.request !== 'direct') one.state = 'cancelled'
    }
  }

  /** Each payment as the program should have it. */
  expected() {
    const statuses = { begun: 'pending_action' } as Record<string, string>
    return this.attempts.map(({ id, state, amount, applied, held, direct }) => ({
      id,
      status: statuses[state] ?? state,
      amount,
      applied_amount: applied - direct,
      unapplied_amount: held,
      direct_amount: direct,
    }))
  }
}

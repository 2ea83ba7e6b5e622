/**
 * The books as a clerk would keep them: plain objects and sums, written from the rules and sharing no code with the server.
 * Each operation says which answer the server must give, and changes the books only when that answer is a success.
 */
export type Debt = {
  id: string
  kind: 'customer' | 'account' | 'bill'
  /** Whose it is. */
  customer: string
  account: string | undefined
  currency: string
  balance: number
  amountDue: number
  /** Signed: fees, credit notes, discounts, adjustments. */
  adjusted: number
  writtenOff: number
  /** What was set as paid of a bill beyond what payments applied. */
  byHand: number
  voided: boolean
  archived: boolean
  dueDate: string | undefined
  billDate: string | undefined
  /** What moved it, by the day from which it counts. */
  moves: Move[]
}
export type Move = { amount: number; day: string }
export type Part = {
  id: string
  payment: Money
  debt: Debt
  amount: number
  reversed: number
  /** From when it counts. */
  day: string
}
export type Money = {
  id: string
  amount: number
  currency: string
  /** Undefined while nobody knows whose it is. */
  customer: string | undefined
  unapplied: number
  suspense: number
  transferred: number
  reversed: number
  refunded: number
  /** What a bank took beyond what was left. */
  lost: number
  /** The payment that it came of, which has its reference. */
  from: Money | undefined
  reference: string | undefined
  /** Another payment has its reference since. */
  replaced: boolean
  day: string
}
export type Classification = { status: number; code?: string }

type NewMoney = { id: string; amount: number; reference: string | undefined; day: string; from?: Money | undefined }

const ok = { status: 201 }
const refuse = (status: number, code: string): Classification => ({ status, code })
/** The day of everything that is done during the test: after all others. */
export const today = '2026-04-01'
const place = (id: string) => id.slice(id.indexOf('_') + 1)

export class PlainLedger {
  readonly debts: Debt[] = []
  readonly payments: Money[] = []
  readonly parts: Part[] = []

  /** Why an amount cannot be applied to a debt as written. */
  fault(debt: Debt, amount: number, currency: string): Classification | undefined {
    if (debt.currency !== currency) return refuse(422, 'currency_mismatch')
    if (debt.voided) return refuse(409, 'bill_voided')
    return amount > debt.balance ? refuse(422, 'amount_exceeds_remaining') : undefined
  }

  explicit(amount: number, currency: string, lines: { debt: Debt; amount: number }[]): Classification {
    if (lines.reduce((sum, line) => sum + line.amount, 0) > amount) return refuse(422, 'invalid_allocation')
    for (const line of lines) {
      if (line.debt.customer !== lines[0]?.debt.customer) return refuse(422, 'customer_mismatch')
      const fault = this.fault(line.debt, line.amount, currency)
      if (fault) return fault
    }
    return ok
  }

  /** Who gets what under a policy: the parts in the order in which they are made. */
  spread(amount: number, currency: string, policy: string, candidates: Debt[]): { debt: Debt; amount: number }[] {
    const owed = candidates.filter((debt) => debt.currency === currency && !debt.voided && debt.balance > 0)
    const age = (debt: Debt) => `${debt.billDate ?? '0'} ${place(debt.id)}`
    if (policy === 'oldest_first') owed.sort((one, other) => (age(one) < age(other) ? -1 : 1))
    if (policy === 'due_date_first') {
      owed.sort((one, other) =>
        `${one.dueDate ?? 'x'} ${age(one)}` < `${other.dueDate ?? 'x'} ${age(other)}` ? -1 : 1,
      )
    }
    const total = owed.reduce((sum, debt) => sum + debt.balance, 0)
    if (policy === 'proportional' && amount < total) return this.#proportional(amount, total, owed)
    let rest = amount
    return owed
      .map((debt) => {
        const part = Math.min(rest, debt.balance)
        rest -= part
        return { debt, amount: part }
      })
      .filter((line) => line.amount > 0)
  }

  #proportional(amount: number, total: number, owed: Debt[]): { debt: Debt; amount: number }[] {
    const exact = owed.map((debt) => ({ debt, product: BigInt(amount) * BigInt(debt.balance) }))
    const lines = exact.map(({ debt, product }) => ({ debt, amount: Number(product / BigInt(total)) }))
    let left = amount - lines.reduce((sum, line) => sum + line.amount, 0)
    const largest = exact
      .map(({ product }, index) => ({ index, remainder: product % BigInt(total) }))
      .sort((one, other) =>
        one.remainder > other.remainder ? -1 : one.remainder < other.remainder ? 1 : one.index - other.index,
      )
    for (const { index } of largest) {
      if (left === 0) break
      ;(lines[index] as { amount: number }).amount += 1
      left -= 1
    }
    return lines.filter((line) => line.amount > 0)
  }

  record(
    { id, amount, reference, day, from }: NewMoney,
    currency: string,
    lines: { debt: Debt; amount: number }[],
    ids: string[],
    meantFor: Debt[],
  ): void {
    const customer = (lines[0]?.debt ?? meantFor[0])?.customer
    const known = customer !== undefined
    const payment: Money = {
      id,
      amount,
      currency,
      customer,
      unapplied: known ? amount : 0,
      suspense: known ? 0 : amount,
      transferred: 0,
      reversed: 0,
      refunded: 0,
      lost: 0,
      from,
      reference,
      replaced: false,
      day,
    }
    this.payments.push(payment)
    // Money that finds nothing owed is held, and held for nothing that is archived.
    if (lines.length === 0) for (const debt of meantFor) this.bringOut(debt)
    lines.forEach((line, index) => {
      this.apply(ids[index] as string, payment, line.debt, line.amount, day)
    })
  }

  apply(id: string, payment: Money, debt: Debt, amount: number, day = today): void {
    payment.unapplied -= amount
    this.parts.push({ id, payment, debt, amount, reversed: 0, day: this.move(debt, -amount, day) })
  }

  /** What lessens a bill counts from when all that was added to it does, at the earliest. */
  move(debt: Debt, amount: number, day = today): string {
    const added = debt.moves.filter((one) => one.amount > 0).map((one) => one.day)
    const earliest =
      debt.kind === 'bill' && amount < 0 ? added.reduce((last, one) => (one > last ? one : last), day) : day
    if (amount !== 0) debt.moves.push({ amount, day: earliest })
    debt.balance += amount
    return earliest
  }

  /** What a debt came to on a day, by all that is known now. */
  balanceOn(debt: Debt, day: string): number {
    return debt.moves.filter((one) => one.day <= day).reduce((sum, one) => sum + one.amount, 0)
  }

  canApply(payment: Money, debt: Debt, amount: number): Classification {
    if (amount > payment.unapplied) return refuse(422, 'amount_exceeds_remaining')
    return this.mayPay(payment, debt, amount) ?? ok
  }

  /** Why money of a payment cannot be applied to a debt: it may be another's. */
  mayPay(payment: Money, debt: Debt, amount: number): Classification | undefined {
    if (debt.customer !== payment.customer) return refuse(422, 'customer_mismatch')
    return this.fault(debt, amount, payment.currency)
  }

  canTakeBack(part: Part, amount: number): Classification {
    if (part.amount === part.reversed) return refuse(409, 'payment_state')
    return amount > part.amount - part.reversed ? refuse(422, 'amount_exceeds_remaining') : ok
  }

  unapply(part: Part, amount: number): void {
    part.reversed += amount
    part.payment.unapplied += amount
    this.owe(part.debt, part.debt.balance + amount)
  }

  /** Sets what is owed. What is settled may be archived; what is not, and whatever it belongs to, may not. */
  owe(debt: Debt, balance: number): void {
    if (balance !== 0) this.bringOut(debt)
    this.move(debt, balance - debt.balance)
  }

  bringOut(debt: Debt): void {
    for (const one of this.debts) {
      if (one.customer !== debt.customer) continue
      if (one === debt || one.kind === 'customer' || one.id === debt.account) one.archived = false
    }
  }

  canArchive(debt: Debt): Classification {
    if (debt.archived) return { status: 200 }
    const theirs = this.debts.filter(({ customer }) => customer === debt.customer)
    const under = theirs.filter(
      (one) => one === debt || debt.kind === 'customer' || (debt.kind === 'account' && one.account === debt.id),
    )
    const open = debt.kind === 'customer' && theirs.some((one) => one.kind === 'account' && !one.archived)
    const held =
      debt.kind === 'customer' &&
      this.payments.some(({ unapplied, customer }) => unapplied > 0 && customer === debt.customer)
    return open || held || under.some(({ balance }) => balance !== 0)
      ? refuse(409, 'balance_not_zero')
      : { status: 200 }
  }

  /** What belongs to something in the archive stays there. */
  canUnarchive(debt: Debt): Classification {
    if (!debt.archived && debt.kind === 'customer') return { status: 200 }
    const above = this.debts.filter(
      (one) => one.customer === debt.customer && one !== debt && (one.kind === 'customer' || one.id === debt.account),
    )
    return above.some(({ archived }) => archived) ? refuse(409, 'archived') : { status: 200 }
  }

  /** A bill by its parts: what was paid is money and what was set by hand, and never what was given up. */
  paidOf(bill: Debt): number {
    return bill.voided ? 0 : this.appliedTo(bill) + bill.byHand
  }

  /** What is asked for in all of a bill: what is due, with its adjustments, less what was given up. */
  askedOf(bill: Debt): number {
    return bill.amountDue + bill.adjusted - bill.writtenOff
  }

  closedBy(bill: Debt): string | undefined {
    if (bill.voided || bill.balance > 0) return undefined
    const took = [
      this.paidOf(bill) > 0 && 'payment',
      bill.writtenOff > 0 && 'write_off',
      bill.adjusted < 0 && 'adjustment',
    ].filter((one) => one !== false)
    return took.length === 1 ? took[0] : 'mixed'
  }

  canRefund(payment: Money, amount: number): Classification {
    const left = this.leftOf(payment)
    if (left === 0) return refuse(409, 'payment_state')
    return amount > left ? refuse(422, 'amount_exceeds_remaining') : ok
  }

  /** A bank takes from the payment that it made, all that is left of that and of what it became unless it says how much. */
  canReverse(payment: Money, amount: number | undefined): Classification {
    if (payment.from !== undefined) return refuse(409, 'payment_state')
    const left = this.leftWherever(payment)
    if (left > 0 && amount === undefined) return ok
    const takable = payment.amount - payment.reversed - payment.lost
    if (takable === 0 || amount === undefined) return refuse(409, 'payment_state')
    return amount > left && amount > takable ? refuse(422, 'amount_exceeds_remaining') : ok
  }

  leftOf(payment: Money): number {
    return payment.amount - payment.reversed - payment.refunded - payment.transferred
  }

  /** What became of a payment, the newest first. */
  becameOf(payment: Money): Money[] {
    return this.payments.filter(({ from }) => from === payment).sort((a, b) => (place(a.id) < place(b.id) ? 1 : -1))
  }

  leftWherever(payment: Money): number {
    return this.becameOf(payment).reduce((sum, one) => sum + this.leftWherever(one), this.leftOf(payment))
  }

  /** Takes money out of a payment and then of what it became; what nobody has any more is lost. */
  reverse(payment: Money, amount: number): void {
    payment.lost += amount - this.#takeFollowing(payment, amount)
  }

  #takeFollowing(payment: Money, amount: number): number {
    const own = Math.min(amount, this.leftOf(payment))
    this.#takeOut(payment, own)
    payment.reversed += own
    let rest = amount - own
    for (const one of this.becameOf(payment)) {
      const taken = this.#takeFollowing(one, rest)
      payment.transferred -= taken
      payment.reversed += taken
      rest -= taken
    }
    return amount - rest
  }

  canTransfer(payment: Money, to: Debt, amount: number | undefined): Classification {
    const left = this.leftOf(payment)
    if (payment.customer === undefined || left === 0) return refuse(409, 'payment_state')
    if (to.customer === payment.customer) return refuse(422, 'same_customer')
    return (amount ?? left) > left ? refuse(422, 'amount_exceeds_remaining') : ok
  }

  /** Money that was never this customer's: what it paid is undone as of when it paid it. */
  passOn(payment: Money, amount: number): void {
    const free = Math.min(amount, payment.unapplied)
    let rest = amount - free
    payment.unapplied -= free
    for (const part of this.#newestParts(payment)) {
      const taken = Math.min(rest, part.amount - part.reversed)
      if (taken === 0) continue
      part.reversed += taken
      this.move(part.debt, taken, part.day)
      if (part.debt.balance !== 0) this.bringOut(part.debt)
      rest -= taken
    }
    payment.transferred += amount
  }

  /** Gives what is in suspense to a customer. */
  assign(payment: Money): void {
    payment.transferred += payment.suspense
    payment.suspense = 0
  }

  refund(payment: Money, amount: number): void {
    this.#takeOut(payment, amount)
    payment.refunded += amount
  }

  canRefundFrom(part: Part, amount: number): Classification {
    if (this.leftOf(part.payment) === 0) return refuse(409, 'payment_state')
    if (part.reversed === part.amount) return refuse(404, 'not_found')
    return amount > part.amount - part.reversed ? refuse(422, 'amount_exceeds_remaining') : ok
  }

  refundFrom(part: Part, amount: number): void {
    this.unapply(part, amount)
    part.payment.unapplied -= amount
    part.payment.refunded += amount
  }

  #newestParts(payment: Money): Part[] {
    return this.parts.filter((part) => part.payment === payment).sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  #takeOut(payment: Money, amount: number): void {
    const suspense = Math.min(amount, payment.suspense)
    payment.suspense -= suspense
    const rest = amount - suspense
    let owed = rest - Math.min(rest, payment.unapplied)
    for (const part of this.#newestParts(payment)) {
      const taken = Math.min(owed, part.amount - part.reversed)
      this.unapply(part, taken)
      owed -= taken
    }
    payment.unapplied -= rest
  }

  canReplace(payment: Money): Classification {
    return payment.reversed < payment.amount || payment.replaced ? refuse(409, 'payment_state') : ok
  }

  appliedTo(debt: Debt): number {
    return this.parts.filter((part) => part.debt === debt).reduce((sum, part) => sum + part.amount - part.reversed, 0)
  }
}

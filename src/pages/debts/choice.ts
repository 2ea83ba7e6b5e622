import { type Id, parseId } from '../../core/id/id.ts'
import { sha256 } from '../../core/secret.ts'
import { allocate, type ChosenAmount } from '../../ledger/allocation.ts'
import { type Debt, isPayableWhole } from './debt.ts'

/**
 * What a payer chose to pay, in the words of a form: everything of a currency, some debts, an amount that is spread over
 * the most urgent, or what an earlier payment was for.
 */
export type Choice =
  | { kind: 'everything'; currency: string }
  | { kind: 'debts'; shown_ids: string[] }
  | { kind: 'amount'; currency: string; amount: bigint }
  | { kind: 'again'; shown_id: string }

/** An amount that a payment would bring to a debt. */
export type ChoiceLine = { debt: Debt; amount: bigint }

/** How many debts one page of the list has: with names of fifty characters that all need an entity it is below 15 kB. */
export const tickedMax = 10

/** A choice as a hidden field has it. */
export function formatChoice(choice: Choice): string {
  switch (choice.kind) {
    case 'everything':
      return `everything ${choice.currency}`
    case 'debts':
      return ['debts', ...choice.shown_ids].join(' ')
    case 'amount':
      return `amount ${choice.currency} ${choice.amount}`
    case 'again':
      return `again ${choice.shown_id}`
  }
}

/** Reads a hidden field that `formatChoice` made; the guard of the form shows that it did. */
export function parseChoice(text: string): Choice | undefined {
  const [kind, first = '', ...rest] = text.split(' ')
  if (kind === 'everything') return { kind, currency: first }
  if (kind === 'debts') return { kind, shown_ids: [first, ...rest] }
  if (kind === 'again') return { kind, shown_id: first }
  return kind === 'amount' && /^\d{1,12}$/.test(rest[0] ?? '')
    ? { kind, currency: first, amount: BigInt(rest[0] ?? 0) }
    : undefined
}

/**
 * Reads the choice of a request for the review: `everything=ZAR`, `debt=…` once for each, or `again=pay_…`. An amount is
 * read by the page, since it was typed.
 */
export function readChoice(pairs: readonly (readonly [string, string])[]): Choice | undefined {
  const valuesOf = (name: string) => pairs.filter(([one]) => one === name).map(([, value]) => value)
  const [currency] = valuesOf('everything')
  if (currency !== undefined) return { kind: 'everything', currency }
  const [shown_id] = valuesOf('again')
  if (shown_id !== undefined && parseId('payment', shown_id)) return { kind: 'again', shown_id }
  const shown_ids = [...new Set(valuesOf('debt'))].slice(0, tickedMax)
  return shown_ids.length > 0 ? { kind: 'debts', shown_ids } : undefined
}

/**
 * What a choice comes to now, in the order of the list. Debts that are no longer owed, or that may not be paid here, are
 * left out. `earlier` is what the payment of `again` was for.
 */
export function linesOf(choice: Choice, debts: readonly Debt[], earlier: readonly ChosenAmount[] = []): ChoiceLine[] {
  const whole = debts.filter(isPayableWhole)
  switch (choice.kind) {
    case 'everything':
      return whole.filter(({ currency }) => currency === choice.currency).map((debt) => ({ debt, amount: debt.open }))
    case 'debts': {
      const chosen = new Set(choice.shown_ids)
      return whole.filter(({ shown_id }) => chosen.has(shown_id)).map((debt) => ({ debt, amount: debt.open }))
    }
    case 'again': {
      const wanted = new Map<Id, bigint>(earlier.map(({ receivable_id, amount }) => [receivable_id, amount]))
      return debts.flatMap((debt) => lineWithin(debt, wanted.get(debt.id) ?? 0n))
    }
    case 'amount':
      return spread(choice, debts)
  }
}

function lineWithin(debt: Debt, wanted: bigint): ChoiceLine[] {
  const { range, open } = debt
  if (range === undefined || wanted === 0n) return []
  const most = wanted > range.to ? range.to : wanted
  if (most >= range.from) return [{ debt, amount: most }]
  return isPayableWhole(debt) ? [{ debt, amount: open }] : []
}

// Only the last debt that an amount reaches can be one whose rules want more, so few are left out before it fits.
const passesMax = 20

/**
 * Spreads an amount by due date, with the function that allocates payments. A debt whose rules do not allow its part is
 * left out, and the amount is spread over the others. Empty where that does not come to an end soon.
 */
function spread({ amount, currency }: { amount: bigint; currency: string }, debts: readonly Debt[]): ChoiceLine[] {
  let usable = debts.filter(({ range, open }) => range !== undefined && open > 0n && range.from <= amount)
  for (let pass = 0; pass < passesMax; pass++) {
    const byId = new Map(usable.map((debt) => [debt.id, debt]))
    const candidates = usable.map((debt) => ({
      ...debt,
      balance: debt.open,
      status: debt.kind === 'bill' ? ('unpaid' as const) : null,
      overpayment_allowed: false,
    }))
    const lines = allocate(amount, currency, 'due_date_first', candidates).lines.flatMap(
      ({ receivable_id, amount }) => {
        const debt = byId.get(receivable_id)
        return debt ? [{ debt, amount }] : []
      },
    )
    const unfit = new Set(lines.filter(isUnfit).map(({ debt }) => debt.id))
    if (unfit.size === 0) return lines
    usable = usable.filter(({ id }) => !unfit.has(id))
  }
  return []
}

function isUnfit({ debt: { range }, amount }: ChoiceLine): boolean {
  return range === undefined || amount < range.from || amount > range.to
}

/** The sum of some lines. */
export function sumOf(lines: readonly ChoiceLine[]): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n)
}

/**
 * What the payer saw of a choice, as a hidden field has it: each line or, when they are many, their sum with a digest of
 * them, since two amounts may move and leave the sum as it was.
 */
export function formatSeen(lines: readonly ChoiceLine[]): string {
  const each = lines.map(({ debt, amount }) => `${debt.shown_id}:${amount}`).join(' ')
  return lines.length > tickedMax ? `all:${sumOf(lines)}:${sha256(each).toString('base64url')}` : each
}

/** The amounts that a payer saw, by what they were for, or `all` for the sum of many; and their sum. */
export function parseSeen(seen: string): { amounts: Map<string, bigint>; sum: bigint } {
  const pairs = seen.split(' ').flatMap((one): [string, bigint][] => {
    const [name = '', amount = ''] = one.split(':')
    return /^\d{1,15}$/.test(amount) ? [[name, BigInt(amount)]] : []
  })
  return { amounts: new Map(pairs), sum: pairs.reduce((sum, [, amount]) => sum + amount, 0n) }
}

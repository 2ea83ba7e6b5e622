import { bucketOf, newId } from '../../../../core/id/id.ts'
import type { ToldLine, ToldPage, ToldSettlement } from '../../../../ledger/settlements/told.ts'
import type { NewCharge, OpenedCharge, SettlementSource } from '../../processor.ts'
import type { Case } from '../case.ts'
import { during, expectThat, failures, faultOf, paid, type Trial } from '../trial.ts'

const pagesMax = 50
const pageMax = 100
const dayMs = 86_400_000

function sourceOf({ processor }: Trial): SettlementSource {
  expectThat(processor.settlements, 'settlements, which its capabilities promise', 'none')
  return processor.settlements
}

/** All that is listed. Throws `Unmet` where pages do not end, go on from where they began, or are too long. */
async function allOf<Item>(page: (after: string | undefined) => Promise<ToldPage<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let after: string | undefined
  for (let pages = 0; pages < pagesMax; pages++) {
    const { items: more, next } = await page(after)
    expectThat(more.length <= pageMax, `at most ${pageMax} on a page`, `${more.length}`)
    items.push(...more)
    if (next === undefined) return items
    expectThat(next !== after, 'another page behind this one', next)
    after = next
  }
  expectThat(false, `an end within ${pagesMax} pages`, 'none')
}

const linesOf = (trial: Trial, { reference }: ToldSettlement) =>
  allOf((after) => sourceOf(trial).lines(reference, after))
const listed = (trial: Trial, from: Date, to: Date) => allOf((after) => sourceOf(trial).list(from, to, after))

/** The settlements of the last days. */
const recent = (trial: Trial) => listed(trial, new Date(Date.now() - 2 * dayMs), new Date(Date.now() + dayMs))

type Paid = OpenedCharge & NewCharge

/** Has the maker settle charges, and returns the settlement in their currency that is new since. */
async function settled(trial: Trial, first: Paid, ...others: Paid[]): Promise<ToldSettlement> {
  const charges = [first, ...others]
  const before = new Set((await recent(trial)).map(({ reference }) => reference))
  await trial.stage.settle?.(charges.map(({ reference }) => reference))
  const after = (await recent(trial)).filter(({ reference }) => !before.has(reference))
  const [settlement, ...more] = after.filter(({ currency }) => currency === first.currency)
  const isOne = settlement !== undefined && more.length === 0
  expectThat(isOne, `one settlement more in ${first.currency} after the maker has settled`, after)
  return settlement
}

/** The line about a charge, or about what was sent back of it. */
function lineOf(lines: readonly ToldLine[], kind: 'charge' | 'refund', { payment_id, reference }: Paid): ToldLine {
  const found = lines.filter((one) => {
    const isIts = one.charge_reference === reference || one.told_payment_id === payment_id
    return one.kind === kind && isIts
  })
  expectThat(found.length === 1, `one line of kind ${kind} that names the charge or its payment`, lines)
  return found[0] as ToldLine
}

/** What it pays to the bank of the merchant. */
export const settlementsCases: readonly Case[] = [
  {
    id: 'settlements.listed',
    title: 'a settlement is listed in the span in which it was made, and in no other',
    needs: ['settlements', 'pays'],
    async run(trial) {
      const { reference, made_at } = await settled(trial, await paid(trial))
      expectThat(/^[\x21-\x7e]{1,255}$/.test(reference), '1 to 255 printing ASCII characters', reference)
      expectThat(Math.abs(made_at.getTime() - Date.now()) < dayMs, 'a made_at of now', made_at)
      const long_ago = await listed(
        trial,
        new Date(made_at.getTime() - 30 * dayMs),
        new Date(made_at.getTime() - dayMs),
      )
      const isThere = long_ago.some((one) => one.reference === reference)
      expectThat(!isThere, 'no settlement in a span that ended a day before it was made', reference)
    },
  },
  {
    id: 'settlements.lines',
    title: 'the lines of a settlement, less their fees, come to its amount, in its currency',
    needs: ['settlements', 'pays'],
    async run(trial) {
      const charge = await paid(trial)
      const settlement = await settled(trial, charge)
      expectThat(settlement.lines === 'ready', 'a settlement whose lines are ready', settlement)
      const lines = await linesOf(trial, settlement)
      const other = lines.filter(({ currency }) => currency !== settlement.currency)
      expectThat(other.length === 0, `lines in ${settlement.currency}`, other)
      const { gross, fee } = lineOf(lines, 'charge', charge)
      expectThat(gross === charge.amount && fee >= 0n, `the ${charge.amount} of the charge, less a fee`, { gross, fee })
      const sum = lines.reduce((total, line) => total + line.gross - line.fee, 0n)
      expectThat(sum === settlement.amount, `lines that come to the amount ${settlement.amount}`, sum)
    },
  },
  {
    id: 'settlements.signed',
    title: 'what was sent back is a line below zero',
    needs: ['settlements', 'pays', 'refund', 'settle_refunds'],
    async run(trial) {
      const charge = await paid(trial)
      const { payment_id, reference: charge_reference, amount, currency } = charge
      const state = await trial.processor.fetch(charge_reference)
      const processor_payment_id = state.status === 'succeeded' ? state.processor_payment_id : undefined
      const refund_id = newId(bucketOf(payment_id), Date.now())
      const asked = { refund_id, charge_reference, processor_payment_id, amount, currency, reason: 'Cancelled' }
      await trial.processor.refund?.(asked)
      const lines = await linesOf(trial, await settled(trial, charge))
      expectThat(lineOf(lines, 'charge', charge).gross === amount, `${amount} that were paid`, lines)
      expectThat(lineOf(lines, 'refund', charge).gross === -amount, `${-amount} that were sent back`, lines)
    },
  },
  {
    id: 'settlements.again',
    title: 'read again it has the same lines, each with a reference of its own',
    needs: ['settlements', 'pays'],
    async run(trial) {
      const settlement = await settled(trial, await paid(trial), await paid(trial))
      const read = async () => (await linesOf(trial, settlement)).map(({ reference }) => reference)
      const [first, second] = [await read(), await read()]
      expectThat(`${first}` === `${second}`, `the lines ${first.join(', ')} again`, second)
      expectThat(new Set(first).size === first.length, 'a reference of its own for each line', first)
      const wrong = first.filter((reference) => !/^[\x21-\x7e]{1,255}$/.test(reference))
      expectThat(wrong.length === 0, '1 to 255 printing ASCII characters', wrong)
    },
  },
  {
    id: 'settlements.pages',
    title: 'more lines than a page holds are all read, each once',
    needs: ['settlements', 'pays'],
    async run(trial) {
      const first = await paid(trial)
      const others: Paid[] = []
      while (others.length < pageMax) others.push(await paid(trial))
      const lines = await linesOf(trial, await settled(trial, first, ...others))
      for (const charge of [first, ...others]) lineOf(lines, 'charge', charge)
      const names = new Set(lines.map(({ reference }) => reference))
      expectThat(names.size === lines.length, `${lines.length} lines with a reference of its own each`, names.size)
    },
  },
  {
    id: 'settlements.failing',
    title: 'nobody knows what was settled when the connection breaks off, or the maker answers 5xx or 429',
    needs: ['settlements', 'pays', 'calls'],
    async run(trial) {
      const { reference } = await settled(trial, await paid(trial))
      const source = sourceOf(trial)
      const [from, to] = [new Date(Date.now() - dayMs), new Date()]
      for (const { what, fault } of failures) {
        for (const ask of [() => source.list(from, to, undefined), () => source.lines(reference, undefined)]) {
          await during(trial.line, fault, () => faultOf(ask(), ['unknown'], `when ${what}`))
        }
      }
    },
  },
]

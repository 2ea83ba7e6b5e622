import { fieldProblem } from '../../../core/problem.ts'
import type { NoticeKind, ProcessorKind } from '../kinds.ts'
import type { ProcessorRow } from '../store.ts'
import type { UpdateProcessor } from './schema.ts'

/** A processor with the limits that were sent. */
export function changeLimits(row: ProcessorRow, { currencies, minimum, maximum }: UpdateProcessor): ProcessorRow {
  return {
    ...row,
    currencies: currencies === undefined ? row.currencies : currencies,
    minimum: minimum ?? row.minimum,
    maximum: maximum ?? row.maximum,
  }
}

/**
 * Refuses limits that would offer what the processor does not take, or nothing at all. Throws `not_supported` for a currency and
 * `amount_out_of_range` for an amount.
 */
export function refuseLimits(
  { title, terms: { limits } }: Pick<ProcessorKind | NoticeKind, 'title' | 'terms'>,
  { currencies, minimum, maximum }: ProcessorRow,
): void {
  const refuse = (pointer: string) => fieldProblem('not_supported', pointer, `${title} does not take this currency.`)
  currencies?.forEach((currency, index) => {
    if (!limits.has(currency)) throw refuse(`/currencies/${index}`)
  })
  for (const [field, amounts] of Object.entries({ minimum, maximum })) {
    for (const [currency, amount] of Object.entries(amounts)) {
      const pointer = `/${field}/${currency}`
      const range = limits.get(currency)
      if (!range) throw refuse(pointer)
      if (BigInt(amount) < range.minimum || BigInt(amount) > range.maximum) {
        const detail = `${title} takes from ${range.minimum} to ${range.maximum} at once.`
        throw fieldProblem('amount_out_of_range', pointer, detail)
      }
    }
  }
  for (const [currency, least] of Object.entries(minimum)) {
    if (least > (maximum[currency] ?? least)) {
      throw fieldProblem('amount_out_of_range', `/minimum/${currency}`, 'It is more than the maximum.')
    }
  }
}

import { holdsCardNumber } from '../core/card-number.ts'

const trackedName = /^(?:utm_[a-z0-9_]{1,36}|affiliate|agent|product_code)$/
const keysMax = 10
const valueMax = 500

/**
 * The marketing and operational parameters of a link, which become the metadata of the payment: `utm_*`, `affiliate`,
 * `agent` and `product_code`. Others, and values that metadata could not hold, are silently left out, as the API's
 * guide says.
 */
export function readTracking(values: Iterable<readonly [string, string]>): Record<string, string> {
  const tracked = new Map<string, string>()
  for (const [name, value] of values) {
    const usable = trackedName.test(name) && value !== '' && value.length <= valueMax && !value.includes('\0')
    const kept = usable && value.isWellFormed() && !holdsCardNumber(value)
    if (kept && !tracked.has(name) && tracked.size < keysMax) tracked.set(name, value)
  }
  return Object.fromEntries(tracked)
}

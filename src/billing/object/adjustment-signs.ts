/** The sign of the amount of each kind of adjustment; one that is only called so may have either. */
export const adjustmentSigns = { fee: 1, credit_note: -1, discount: -1, write_off: -1, adjustment: 0 } as const

/** What an amount should be for its kind, where it has the other sign. */
export function wrongSign(kind: keyof typeof adjustmentSigns, amount: number): string | undefined {
  const sign = adjustmentSigns[kind]
  if (sign === 0 || sign === Math.sign(amount)) return undefined
  return `should be ${sign === 1 ? 'positive' : 'negative'} for the kind ${kind}, such as ${sign * 500}`
}

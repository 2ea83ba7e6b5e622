/** The longest tag that is kept: RFC 5646 (section 4.4.1) has the longest that is in use at 35 characters. */
export const localeMax = 35

/** The canonical spelling of a BCP 47 tag, `en-ZA` for `EN-za`; `undefined` for what is none, or is too long. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(tag)
    return tag.length <= localeMax && canonical.length <= localeMax ? canonical : undefined
  } catch {
    return undefined
  }
}

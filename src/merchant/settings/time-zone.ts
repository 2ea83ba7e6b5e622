const areas = 'Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific'
const regional = new RegExp(`^((${areas})/.+|UTC)$`)

/**
 * The one spelling of an IANA time zone; `undefined` for a name that is none. A bare offset is none: it knows no summer time. Nor is an
 * abbreviation, which stands for several: BST is summer in London and all year in Dhaka.
 */
export function canonicalTimeZone(name: string): string | undefined {
  if (!name.includes('/') && name.toUpperCase() !== 'UTC') return undefined
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return regional.test(timeZone) ? timeZone : undefined
  } catch {
    return undefined
  }
}

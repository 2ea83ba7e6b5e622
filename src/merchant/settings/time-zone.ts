const areas = 'Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific'
const regional = new RegExp(`^((${areas})/.+|UTC)$`)

/**
 * The canonical spelling of an IANA time zone; `undefined` for an unknown name. A bare offset is not accepted, since it
 * has no summer time, nor is an abbreviation, which stands for several zones: BST is summer in London and all year in
 * Dhaka.
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

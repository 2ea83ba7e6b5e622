/**
 * The canonical spelling of an IANA time zone; `undefined` for an unknown name. A bare offset is not accepted, since it
 * has no summer time.
 */
export function canonicalTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

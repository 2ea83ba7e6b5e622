/** Reads a Retry-After header, which is seconds or an HTTP date, as seconds from `now`; undefined when it is neither. */
export function readRetryAfter(header: string, now: Date): number | undefined {
  const text = header.trim()
  if (/^\d{1,10}$/.test(text)) return Number(text)
  // HTTP dates begin with the day's name; Date.parse alone takes far more, such as "1.5".
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000))
}

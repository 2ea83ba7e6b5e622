// A name that somebody made up may be as long as a body; what is shown of it need not.
const partMax = 100

/** RFC 6901: a path as a JSON pointer. Of a name longer than any that we know the beginning is shown. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${shorten(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The beginning of what a caller wrote, to show it again. */
export function shorten(text: string): string {
  return text.length > partMax ? `${text.slice(0, partMax).toWellFormed()}…` : text
}

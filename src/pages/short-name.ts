// A name may have 255 characters, and ten of them stand on a page of 15 kB. The page of what it names shows it whole.
const nameMax = 42

/** A name as a list shows it: its beginning, where it is long. */
export function shortName(text: string, max = nameMax): string {
  const characters = [...text]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text
}

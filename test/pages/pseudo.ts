import { escapeHtml, Html } from '../../src/html/html.ts'

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const accented = [...'ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ']
// Private characters stand for a value while the words around it are accented.
const value = /\ue000(\d+)\ue001/g

/** The texts of a language with every letter accented and each text in brackets: what is plain on a page is no text of it. */
export function pseudo<Texts>(texts: Texts): Texts {
  return walk(texts, '') as Texts
}

/** The names of the texts that no page has said yet. */
export const unsaid = new Set<string>()

type Text = (...values: unknown[]) => unknown

function walk(text: unknown, name: string): unknown {
  if (typeof text === 'object') return walkAll(text as object, name)
  unsaid.add(name)
  if (typeof text === 'string') return accent(text)
  return (...values: unknown[]) => {
    unsaid.delete(name)
    return call(text as Text, values)
  }
}

/** Whoever reads a text says it; one that is a function is said when it is called. */
function walkAll(texts: object, outer: string): object {
  const walked = Array.isArray(texts) ? [] : {}
  for (const [name, text] of Object.entries(texts)) {
    const path = `${outer}.${name}`
    const inner = walk(text, path)
    const get = () => {
      if (typeof inner === 'string') unsaid.delete(path)
      return inner
    }
    Object.defineProperty(walked, name, { get, enumerable: true })
  }
  return walked
}

function call(text: Text, values: unknown[]): unknown {
  const held: (string | Html)[] = []
  const hold = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(hold)
    if (typeof one !== 'string' && !(one instanceof Html)) return one
    const mark = `\ue000${held.push(one) - 1}\ue001`
    return typeof one === 'string' ? mark : Html.trusted(mark)
  }
  const said = text(...values.map(hold))
  const filled = (as: (one: string | Html) => string) =>
    accent(String(said)).replaceAll(value, (_, at) => as(held[Number(at)] ?? ''))
  if (typeof said === 'string') return filled(String)
  return Html.trusted(filled((one) => (one instanceof Html ? one.toString() : escapeHtml(one))))
}

function accent(text: string): string {
  const words = text.split(/(<[^>]*>|&\w+;|\ue000\d+\ue001)/).map((piece, at) => (at % 2 === 0 ? swap(piece) : piece))
  return `[${words.join('')}]`
}

function swap(text: string): string {
  return [...text].map((letter) => accented[plain.indexOf(letter)] ?? letter).join('')
}

/** How the documents write what differs from run to run. */
const id = /^(?:bcus|bacc|bill|pay|pr|ps|chk|ob|adj|rev|re|dis|stl|txn|ent|evt|whe|req|key)_[A-Za-z0-9]{10,}$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z$/
const secret = /^(?:whsec|rk_test)_/
const link = /^(.*\/(?:p|r|checkout)\/)[\w-]+(\/.*)?$/

/**
 * Compares JSON that a document shows with JSON that was seen: everything that is shown has to be there and equal; ids and instants
 * by their form. One id in the document is one id in the responses, throughout a page. More fields may have been seen.
 */
export class ShownJson {
  #known = new Map<string, string>()
  readonly #baseUrl: string

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  /** What differs, by JSON pointer. Ids are remembered only when nothing does. */
  faults(shown: unknown, seen: unknown): string[] {
    const before = new Map(this.#known)
    const faults = this.#compare(shown, seen, '')
    if (faults.length > 0) this.#known = before
    return faults
  }

  #compare(shown: unknown, seen: unknown, pointer: string): string[] {
    if (Array.isArray(shown)) {
      if (!Array.isArray(seen) || seen.length !== shown.length) return [`${pointer}: ${JSON.stringify(seen)}`]
      return shown.flatMap((item, index) => this.#compare(item, seen[index], `${pointer}/${index}`))
    }
    if (typeof shown === 'object' && shown !== null) {
      if (typeof seen !== 'object' || seen === null) return [`${pointer}: ${JSON.stringify(seen)}`]
      return Object.entries(shown).flatMap(([name, value]) =>
        this.#compare(value, (seen as Record<string, unknown>)[name], `${pointer}/${name}`),
      )
    }
    const same = typeof shown === 'string' && typeof seen === 'string' ? this.#sameText(shown, seen) : shown === seen
    return same ? [] : [`${pointer}: ${JSON.stringify(shown)} is shown, ${JSON.stringify(seen)} was seen`]
  }

  #sameText(shown: string, seen: string): boolean {
    if (id.test(shown)) return id.test(seen) && prefixOf(shown) === prefixOf(seen) && this.#sameThing(shown, seen)
    if (instant.test(shown)) return instant.test(seen)
    if (secret.test(shown)) return secret.test(seen)
    const here = shown.replace('http://127.0.0.1:8080', this.#baseUrl)
    const parts = link.exec(here)
    if (parts) return link.exec(seen)?.slice(1).join() === parts.slice(1).join()
    const texts = [here, seen].map((text) => text.replaceAll(/\b(?:bcus|bacc|bill|pay|ob)_[A-Za-z0-9]{10,}/g, '(id)'))
    return texts[0] === texts[1]
  }

  #sameThing(shown: string, seen: string): boolean {
    const known = this.#known.get(shown) ?? seen
    this.#known.set(shown, known)
    return known === seen
  }
}

function prefixOf(text: string): string {
  return text.slice(0, text.indexOf('_'))
}

/** The values of the names that were asked for most recently: at least the last `size`, at most twice as many. */
export class Recent<Value> {
  readonly #size: number
  #newer = new Map<string, Value>()
  #older = new Map<string, Value>()

  constructor(size: number) {
    this.#size = size
  }

  /** The value of a name, made where there is none. */
  get(name: string, make: () => Value): Value {
    const known = this.#newer.get(name)
    if (known !== undefined) return known
    const value = this.#older.get(name) ?? make()
    if (this.#newer.size >= this.#size) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(name, value)
    return value
  }
}

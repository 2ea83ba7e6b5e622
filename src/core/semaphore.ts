/** Room for so much work of one kind at a time. Whoever finds none waits, and gets the next in the order of arrival. */
export class Semaphore {
  readonly size: number
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(size: number) {
    this.size = size
    this.#free = size
  }

  /** How much more could begin at once. */
  get free(): number {
    return this.#free
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The room is handed on, so that nobody who comes later takes it first.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}

/**
 * The conditions of a statement that depends on the request, such as a list's filters. A value can only get in as a parameter,
 * and a condition's text only as a literal of the program.
 */
export class Conditions {
  readonly values: unknown[] = []
  readonly #texts: string[] = []

  /** Adds one condition; all must hold: conditions.and`e.id < ${after}`. */
  and(texts: TemplateStringsArray, ...values: unknown[]): void {
    const parameters = values.map((value) => `$${this.values.push(value)}`)
    this.#texts.push(String.raw({ raw: texts }, ...parameters))
  }

  /** Adds a condition on one value whose text the program makes of its own constants; `text` gets the parameter. */
  andMade(text: (parameter: string) => string, value: unknown): void {
    this.#texts.push(text(`$${this.values.push(value)}`))
  }

  /** The text after `where`. */
  get text(): string {
    return this.#texts.join(' and ')
  }
}

/**
 * Text that is already HTML. The `html` tag makes it and escapes every value, so nothing reaches a page unescaped.
 * `Html.trusted` is the one other way, for text of the program itself.
 */
export class Html {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** The markup. */
  toString(): string {
    return this.#text
  }

  /** Joins the literal parts of a template, which are trusted, with its values, each escaped unless it is Html. */
  static fromTemplate(parts: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    return new Html(parts.reduce((text, part, index) => text + render(values[index - 1]) + part))
  }

  /** Takes text as it is: a style sheet, or rendered Markdown. Never anything that came from outside. */
  static trusted(text: string): Html {
    return new Html(text)
  }
}

export type HtmlValue = Html | string | number | bigint | false | null | undefined | readonly HtmlValue[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text for an element or for a quoted attribute. Control characters, which HTML does not allow, are dropped. */
export function escapeHtml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is dropped
  return text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '').replaceAll(/[&<>"']/g, (found) => entities[found] ?? '')
}

function render(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return ''
  if (value instanceof Html) return value.toString()
  if (typeof value === 'object') return value.map(render).join('')
  return escapeHtml(String(value))
}

/** A name or a reference inside a sentence: its own direction does not turn that of the sentence. */
export function isolated(name: string): Html {
  return html`<bdi>${name}</bdi>`
}

/** Tags a template as HTML: every value in it is escaped; absent values and `false` render nothing; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return Html.fromTemplate(parts, values)
}

import { type Html, html } from './html.ts'
import type { Voice } from './language/voice.ts'

/** One text field with its label, its hint, and its error; a screen reader announces all three. */
export type Field = {
  name: string
  /** Of the input, where its name is not the only one of the page. */
  id?: string | undefined
  label: string
  value?: string | undefined
  hint?: Html | string | undefined
  error?: string | undefined
  /** A fixed text before the input, such as the currency. */
  prefix?: string | undefined
  inputmode: 'numeric' | 'decimal' | 'text' | 'email'
  autocomplete: string
}

/** Renders a field. Its errors and hints are tied to the input by `aria-describedby`. */
export function textField({
  name,
  id = name,
  label,
  value,
  hint,
  error,
  prefix,
  inputmode,
  autocomplete,
}: Field): Html {
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return html`<div class="field${error && ' wrong'}">
<label for="${id}">${label}</label>
<div class="input">${prefix && html`<span aria-hidden="true">${prefix}</span>`}<input id="${id}" name="${name}" type="text" inputmode="${inputmode}" autocomplete="${autocomplete}" value="${value}" required${error && html` aria-invalid="true"`}${described && html` aria-describedby="${described}"`}></div>
${error && html`<p class="error" id="${id}-error">${error}</p>`}${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
</div>`
}

/** The errors of a form, shown above it: announced at once, each with a link to its field. */
export function errorSummary(faults: readonly { name: string; detail: string }[], { text }: Voice): Html | undefined {
  if (faults.length === 0) return undefined
  const items = faults.map(({ name, detail }) => html`<p><a href="#${name}">${detail}</a></p>`)
  return html`<div class="note bad" role="alert"><h2>${text.shell.pleaseCheck}</h2>${items}</div>\n`
}

/** Hidden fields, one for each entry. */
export function hiddenFields(values: Iterable<readonly [string, string]>): Html {
  return html`${[...values].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`
}

import { type Html, html, isolated } from '../html/html.ts'

/** Facts with their names, those that are absent left out. A name or a reference has the direction of its own script. */
export function factList(rows: readonly (readonly [string, string | Html | null | undefined | false])[]): Html {
  return html`<dl>${rows.map(
    ([term, value]) =>
      value && html`<div><dt>${term}</dt><dd>${typeof value === 'string' ? isolated(value) : value}</dd></div>`,
  )}</dl>`
}

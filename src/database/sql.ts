import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A statement kept in a `.sql` file. It is prepared on each connection that uses it, under a name made from the file
 * name.
 */
export type Statement = { name: string; text: string }

/** Reads the statement in `file`, relative to the calling module: `loadSql(import.meta.url, './sql/lock.sql')`. */
export function loadSql(module: string, file: string): Statement {
  return { name: basename(file, '.sql'), text: readFileSync(fileURLToPath(new URL(file, module)), 'utf8') }
}

const spreadForms = new Map<string, string>()

/**
 * The form of a statement where tables are spread over machines by their buckets. A comment `-- spread: …` stands for what is said only
 * there, such as the buckets of one more table, and a line that ends with `-- on one machine` is left out. So both forms stand side by
 * side, and the one for one machine costs nothing (docs/decisions/0068).
 */
export function spreadForm(text: string): string {
  const known = spreadForms.get(text)
  if (known !== undefined) return known
  const form = text
    .split('\n')
    .filter((line) => !line.trimEnd().endsWith('-- on one machine'))
    .map((line) => line.replace(/^(\s*)-- spread: /, '$1'))
    .join('\n')
  spreadForms.set(text, form)
  return form
}

const names = new Map<string, string>()

/**
 * Appends eight hexadecimal digits of the text's hash to the name of a named statement. Two statements that got one
 * name by accident are then still two statements to PostgreSQL, and one text has one name however it is sent. A name is
 * computed once for each text; looking it up costs 0.1 µs.
 */
export function withUniqueName<S extends { name?: string; text: string }>(statement: S): S {
  const { name, text } = statement
  if (name === undefined) return statement
  let unique = names.get(text)
  if (unique === undefined) {
    unique = `${name}-${hash('sha256', text, 'hex').slice(0, 8)}`
    names.set(text, unique)
  }
  return { ...statement, name: unique }
}

/**
 * Texts without control characters, such as JSON, as one parameter for `string_to_array($1, chr(30), '')`; null is sent
 * as an empty text. Nothing is escaped here and nothing is parsed character by character there, which for the bodies of
 * a batch took a tenth of Node's time and a twentieth of PostgreSQL's.
 */
export function jsonTexts(values: readonly (string | null)[]): string {
  return values.map((value) => value ?? '').join('\x1e')
}

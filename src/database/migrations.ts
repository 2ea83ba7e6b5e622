import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** One file of changes to the schema. */
export type Migration = {
  name: string
  text: string
  /** The file's SHA-256, by which an edit is detected. */
  checksum: string
  /** Whether a program that does not know the file cannot serve the database any more. */
  breaking: boolean
  /** The statements of a file that runs without a transaction; null when it runs as a whole, in one. */
  index_statements: IndexStatement[] | null
}

/** A statement that makes or drops an index while others write to its table. PostgreSQL refuses it in a transaction. */
export type IndexStatement = { kind: 'create' | 'drop'; index: string; text: string }

/** A database that this program cannot serve. Its message is one line that says why and what to do. */
export class MigrationError extends Error {}

const ourFolder = new URL('./migrations/', import.meta.url)

/**
 * The migrations of a folder in their order. Each file starts with two header lines, its purpose and whether it is
 * breaking, and a third may say that it runs without a transaction. Throws a MigrationError for any other header, and
 * for a file without a transaction that holds a statement which could not be run again after an interruption.
 */
export function readMigrations(folder: URL = ourFolder): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const { breaking, transaction } = readHeader(name, text)
      const index_statements = transaction ? null : readIndexStatements(name, text)
      return { name, text, checksum: hash('sha256', text, 'hex'), breaking, index_statements }
    })
}

function readHeader(name: string, text: string): { breaking: boolean; transaction: boolean } {
  // A third line that is a sentence is a comment.
  const header = /^-- purpose: .+\n-- breaking: (yes|no)\n(?:-- ([a-z_-]+):(.*)\n)?/.exec(text)
  if (!header) throw new MigrationError(`${name} has no header: two lines, "-- purpose: …" and "-- breaking: yes|no".`)
  const [, breaking, key = 'transaction', value = ' yes'] = header
  if (key !== 'transaction' || (value !== ' yes' && value !== ' no')) {
    throw new MigrationError(`${name} has an unknown header "-- ${key}:${value}": it may be "-- transaction: yes|no".`)
  }
  return { breaking: breaking === 'yes', transaction: value === ' yes' }
}

const indexForms = {
  create: /^create (?:unique )?index concurrently if not exists ([a-z_][a-z0-9_]*) on [^;]+$/,
  drop: /^drop index concurrently if exists ([a-z_][a-z0-9_]*)$/,
}

/** Statements end with a semicolon at the end of a line. Both forms may be run again whatever an interruption left. */
function readIndexStatements(name: string, text: string): IndexStatement[] {
  const pieces = text.replaceAll(/^\s*--.*$/gm, '').split(/;[ \t]*$/m)
  const rest = pieces.pop()
  if (rest?.trim()) throw notForIndexes(name, rest)
  return pieces.map((piece) => {
    const normalised = piece.trim().replaceAll(/\s+/g, ' ')
    for (const kind of ['create', 'drop'] as const) {
      const index = indexForms[kind].exec(normalised)?.[1]
      if (index !== undefined) return { kind, index, text: piece.trim() }
    }
    throw notForIndexes(name, piece)
  })
}

function notForIndexes(name: string, piece: string): MigrationError {
  return new MigrationError(
    `${name} runs without a transaction, so it may only contain statements that end with a semicolon and have the forms ` +
      '"create [unique] index concurrently if not exists …" or "drop index concurrently if exists …", ' +
      `not "${piece.trim().split('\n')[0]}".`,
  )
}

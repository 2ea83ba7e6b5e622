import pg from 'pg'

type SentStatement = { name?: string; text: string; values?: unknown[] }

// What the driver's classes have besides what their types tell; test/database/driver.test.ts fails when they no longer do.
type Wire = pg.Connection & {
  /** The texts of what the connection has parsed, by their names. */
  parsedStatements: Record<string, string>
  /** The texts of what was sent to be parsed and is not answered yet. */
  submittedNamedStatements: Record<string, string>
}
type Member = pg.Query & {
  name: string | undefined
  text: string
  _result: { _types: pg.TypeOverrides }
  prepare(wire: Wire): void
  handleRowDescription(message: unknown): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, wire: Wire): void
  handleError(error: Error, wire: Wire): void
  handleReadyForQuery(wire: Wire): void
}

/**
 * Statements that travel in one write and are answered together. The driver puts a `Sync` behind each statement, at which PostgreSQL
 * writes to the socket and wakes this process; here it stands behind the last only, which took a twentieth of the program's time for
 * a payment. When one statement fails, PostgreSQL passes over those behind it, and all of the group fail with its error.
 *
 * To the driver it is one query of its own class, so it can be used on a pipelined connection. What cannot be sent as it was meant
 * (a value that has no text, a name that stands for another text) costs the connection: a commit may stand behind it, in this
 * group or in one that follows, and nothing of either may arrive.
 */
export class StatementGroup extends pg.Query {
  readonly #types: pg.TypeOverrides
  readonly #members: Member[] = []
  #answered = 0
  #unfit: Error | undefined

  constructor(types: pg.TypeOverrides) {
    super('')
    this.#types = types
  }

  /** Adds a statement, whose answer comes once the group has been submitted. */
  add<Row extends pg.QueryResultRow>(statement: SentStatement): Promise<pg.QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      // Not as one object, which the driver would copy, property by property: 10 µs.
      const member = new pg.Query(statement.text, statement.values ?? [], (error, result) => {
        if (!error) return resolve(result as pg.QueryResult<Row>)
        this.#unfit ??= error
        reject(error)
      }) as Member
      member.name = statement.name
      member._result._types = this.#types
      this.#members.push(member)
    })
  }

  /** Called by the driver when the connection is there for it. */
  override submit = (connection: pg.Connection): void => {
    const { stream } = connection
    const silent = Object.create(connection, { sync: { value: () => {} } }) as Wire
    this.#unfit = this.#misnamed(silent)
    if (this.#unfit) {
      stream.destroy(this.#unfit)
      return
    }
    stream.cork()
    try {
      for (const member of this.#members) member.prepare(silent)
      connection.sync()
    } finally {
      if (this.#unfit) stream.destroy(this.#unfit)
      stream.uncork()
    }
    this.#required()
  }

  /**
   * The error when a name stands for two texts. Each query of the driver's sees to that where it is submitted, which those of a group
   * are not; PostgreSQL would carry out the first of the two in place of the second.
   */
  #misnamed({ parsedStatements, submittedNamedStatements }: Wire): Error | undefined {
    const texts = new Map<string, string>()
    for (const { name, text } of this.#members) {
      if (name === undefined) continue
      const known = texts.get(name) ?? parsedStatements[name] ?? submittedNamedStatements[name]
      if (known !== undefined && known !== text) {
        return new Error(`Prepared statements must be unique: '${name}' was sent with another text before.`)
      }
      texts.set(name, text)
    }
    return undefined
  }

  /** The driver keeps a note of what was parsed, by the name and text of the query that this is to it. */
  #required(): void {
    const { name, text } = this.#current
    Object.assign(this, { name, text })
  }

  /** The statement that is being answered. */
  get #current(): Member {
    return this.#members[this.#answered] as Member
  }

  handleRowDescription(message: unknown): void {
    this.#current.handleRowDescription(message)
  }

  handleDataRow(message: unknown): void {
    this.#current.handleDataRow(message)
  }

  handleCommandComplete(message: unknown, wire: Wire): void {
    this.#current.handleCommandComplete(message, wire)
    this.#answered += 1
    if (this.#answered < this.#members.length) this.#required()
  }

  handleError(error: Error, wire: Wire): void {
    // What was passed over was not parsed either.
    for (const { name } of this.#members.slice(this.#answered)) {
      if (name !== undefined) delete wire.submittedNamedStatements[name]
    }
    for (const member of this.#members) member.handleError(error, wire)
  }

  handleReadyForQuery(wire: Wire): void {
    for (const member of this.#members) member.handleReadyForQuery(wire)
  }
}

/** The part of the logger that the program uses. Nothing personal and no secret is ever given to it. */
export type Log = {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

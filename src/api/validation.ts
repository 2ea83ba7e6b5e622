import type { z } from 'zod'

/** The parts of a request: what is wrong in a body is told by a pointer, in the others by the parameter's name. */
export type RequestPart = 'path' | 'query' | 'body'

/** A part of a request that is not as its schema has it. What is said of it is made where it is sent (api/problems.ts). */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
  readonly issues: readonly z.core.$ZodIssue[]
  readonly part: RequestPart
  readonly schema: z.ZodType

  constructor(issues: readonly z.core.$ZodIssue[], part: RequestPart, schema: z.ZodType) {
    super(`The ${part} is not valid.`)
    this.issues = issues
    this.part = part
    this.schema = schema
  }
}

/** Validates one part of a request by its schema. Throws `InvalidInput`. */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown, part: RequestPart): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return result.data
  throw new InvalidInput(result.error.issues, part, schema)
}

import { z } from 'zod'

const expectations = z.registry<{ expected: string }>()

/**
 * Says what is expected in a place, with an example where one helps, to stand behind "should be" and "send". What is made of the
 * schema, such as a shorter or an optional form of it, expects the same.
 */
export function expecting<Schema extends z.ZodType>(schema: Schema, expected: string): Schema {
  // What others share keeps what is said of it elsewhere.
  const own = schema.clone() as Schema
  expectations.add(own, { expected })
  return own
}

/** What was said of a schema by `expecting`. */
export function expectationOf(schema: z.core.$ZodType): string | undefined {
  return expectations.get(schema)?.expected
}

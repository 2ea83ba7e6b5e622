import { readFileSync } from 'node:fs'
import type { Json } from './json-schema.ts'

/** One object of each shape that the API answers or sends: what the examples of the operations got from a test's server. */
export const componentExamples: Readonly<Record<string, Json>> = JSON.parse(
  readFileSync(new URL('./component-examples.json', import.meta.url), 'utf8'),
)

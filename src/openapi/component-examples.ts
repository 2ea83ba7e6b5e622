import { readFileSync } from 'node:fs'
import type { Json } from './json-schema.ts'

/** One object of each shape that the API returns or sends, as a test server returned it to the examples of the operations. */
export const componentExamples: Readonly<Record<string, Json>> = JSON.parse(
  readFileSync(new URL('./component-examples.json', import.meta.url), 'utf8'),
)

import type { english } from './en/index.ts'

/** Every text of pages in one language. A language that lacks one does not compile. */
export type Catalogue = typeof english

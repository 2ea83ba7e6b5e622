import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Template } from '../support/template.ts'

/** What MUTANT_DATABASE holds, as JSON: the template of the whole run. A process that tries mutants is ended when one does not end. */
export type MutantDatabase = Pick<Template, 'postgres' | 'folder'>

/** Provides to tests what the suite provides, without a PostgreSQL of their own. */
export function setup(project: TestProject): void {
  const { postgres, folder } = JSON.parse(process.env.MUTANT_DATABASE ?? '') as MutantDatabase
  project.provide('postgres', postgres)
  project.provide('seenCodes', join(folder, 'seen-codes'))
  project.provide('citus', { machines: [], template: '' })
}

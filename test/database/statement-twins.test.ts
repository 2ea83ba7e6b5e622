import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const source = join(import.meta.dirname, '../../src')

/** What PostgreSQL is told: the text without its comments, with single spaces. */
function told(file: string): string {
  return readFileSync(join(source, file), 'utf8')
    .replaceAll(/^\s*--.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

describe('two statements that are to differ in one thing only', () => {
  test.each([
    {
      whole: 'database/sql/claim-keys.sql',
      twin: 'database/sql/claim-new-keys.sql',
      less: ' on conflict do nothing returning environment_id, key',
    },
    {
      whole: 'ledger/sql/claim-references.sql',
      twin: 'ledger/sql/claim-new-references.sql',
      less: ' on conflict do nothing returning environment_id, channel, reference',
    },
    {
      whole: 'ledger/sql/lock-application.sql',
      twin: 'ledger/sql/find-application.sql',
      less: ' for no key update',
    },
    {
      whole: 'ledger/sql/lock-receivables.sql',
      twin: 'ledger/sql/read-receivables.sql',
      less: ' for no key update of r',
    },
  ])('$twin is $whole without `$less`', ({ whole, twin, less }) => {
    expect(told(whole)).toBe(told(twin) + less)
  })
})

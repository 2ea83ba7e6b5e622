import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checks } from '../../src/ledger/verify/checks.ts'

const page = readFileSync(new URL('../../docs/reference/invariants.md', import.meta.url), 'utf8')
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [/^I\d+/.exec(section)?.[0], section]),
)

describe('the page of the invariants', () => {
  test('has a section for each number, from I1 on without a gap', () => {
    expect([...sections.keys()]).toEqual(Array.from({ length: sections.size }, (_, index) => `I${index + 1}`))
  })

  test.each(checks)('explains $invariant, with "$sentence"', ({ invariant, sentence }) => {
    expect(sections.get(invariant)).toContain(`- ${sentence}`)
  })

  test('says of every other one how it is kept', () => {
    const checked = new Set<string>(checks.map(({ invariant }) => invariant))
    const others = [...sections].filter(([number = '']) => !checked.has(number)).map(([number]) => number)
    expect(others).toEqual(['I1', 'I8', 'I9', 'I13'])
    for (const number of others) expect(sections.get(number)?.trim().split('\n\n').length).toBeGreaterThan(2)
  })
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cases } from '../../src/payments/processor/check/cases.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const guide = read('docs/guides/write-a-processor.md')

test('the guide of adapters shows the example that is checked, byte for byte', () => {
  expect(guide).toContain(`\`\`\`text\n${read('examples/acme-pay/acme-pay.ts')}\`\`\``)
})

test('the guide of adapters names every group of cases, and how many cases there are', () => {
  const groups = [...new Set(cases.map(({ id }) => id.split('.')[0]))]
  const named = [...guide.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| /gm)].map(([, names = '']) => names.replaceAll('`', ''))
  expect(named.flatMap((names) => names.split(', '))).toEqual(expect.arrayContaining(groups))
  expect(guide).toContain(`in ${cases.length} cases`)
})

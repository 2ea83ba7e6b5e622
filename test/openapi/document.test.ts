import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core'
import { expect, test } from 'vitest'
import { generatedFiles } from '../../scripts/generated.ts'
import { eventTypes } from '../../src/events/registry.ts'
import { openapi } from '../support/openapi.ts'
import { ruleset } from './ruleset.ts'

const root = resolve(import.meta.dirname, '../..')

test('every generated file is the one that the sources make; `npm run openapi` updates them', async () => {
  for (const [name, text] of Object.entries(await generatedFiles())) {
    expect(readFileSync(resolve(root, name), 'utf8') === text, `${name} is stale: run npm run openapi`).toBe(true)
  }
})

test('Spectral finds nothing, by its own rules and by those of OWASP', async () => {
  const spectral = new Spectral()
  spectral.setRuleset(ruleset as unknown as RulesetDefinition)
  const findings = await spectral.run(openapi)
  expect(findings.map(({ code, path, message }) => `${code} at ${path.join('.')}: ${message}`)).toEqual([])
}, 60_000)

test('every type of event is a webhook of the document', () => {
  expect(Object.keys(openapi.webhooks)).toEqual(eventTypes)
})

test('every operation is found in the sources by its path and by its id', () => {
  const sources = readdirSync(resolve(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(resolve(root, 'src', file), 'utf8'))
  const missing = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.values(methods).flatMap(({ operationId }) => {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
      const declared = sources.some((text) => text.includes(`url: '${url}'`) && text.includes(`id: '${operationId}'`))
      return declared ? [] : [`${operationId} at ${url}`]
    }),
  )
  expect(missing).toEqual([])
})

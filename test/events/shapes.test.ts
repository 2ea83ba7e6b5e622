import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventTypes } from '../../src/events/registry.ts'
import { type EventShape, faultsOfShape, shapeOf } from './shape.ts'

// The shapes that receivers were promised. `WRITE_EVENT_SHAPES=1` adds what is new to the file, once nothing that was published
// is lost: what stands there is taken out by hand only, and never after a release.
const file = join(import.meta.dirname, 'shapes.json')
const published: Record<string, EventShape> = JSON.parse(readFileSync(file, 'utf8'))
const now = Object.fromEntries(eventTypes.map((type) => [type, shapeOf(type)]))

test.each(Object.keys(published))('%s is still what was published of it', (type) => {
  expect(Object.keys(now)).toContain(type)
  expect(faultsOfShape(published[type] as EventShape, now[type] as EventShape)).toEqual([])
})

test('every event of today is kept in the file', () => {
  const isLost = Object.entries(published).some(
    ([type, shape]) => now[type] === undefined || faultsOfShape(shape, now[type]).length > 0,
  )
  if (process.env.WRITE_EVENT_SHAPES === '1' && !isLost) {
    const types = Object.entries(now).map(([type, shape]) => {
      const fields = Object.entries(shape).map(
        ([path, field]) => `    ${JSON.stringify(path)}: ${JSON.stringify(field)}`,
      )
      return `  ${JSON.stringify(type)}: {\n${fields.join(',\n')}\n  }`
    })
    writeFileSync(file, `{\n${types.join(',\n')}\n}\n`)
  }
  expect(JSON.parse(readFileSync(file, 'utf8')), 'WRITE_EVENT_SHAPES=1 adds what is new').toEqual(now)
})

describe('a change of a shape', () => {
  const was: EventShape = {
    id: { type: 'string', always: true },
    note: { type: 'string', always: false },
    status: { type: 'string', always: true, values: ['paid', 'unpaid'] },
  }

  test.each<[string, EventShape]>([
    ['a new field', { ...was, more: { type: 'integer', always: true } }],
    ['a field that is always there from now on', { ...was, note: { type: 'string', always: true } }],
    ['a new value', { ...was, status: { type: 'string', always: true, values: ['paid', 'unpaid', 'voided'] } }],
  ])('that is %s is additive', (_what, is) => {
    expect(faultsOfShape(was, is)).toEqual([])
  })

  test.each<[string, EventShape, string]>([
    ['takes a field away', { id: was.id, status: was.status } as EventShape, 'note is gone'],
    ['changes a type', { ...was, id: { type: 'integer', always: true } }, 'id was string and is integer'],
    [
      'makes a field optional',
      { ...was, id: { type: 'string', always: false } },
      'id was always there and may be absent',
    ],
    [
      'takes a value away',
      { ...was, status: { type: 'string', always: true, values: ['paid'] } },
      'status is no longer unpaid',
    ],
    [
      'narrows a text',
      { ...was, note: { type: 'string', always: false, values: ['a'] } },
      'note took any value and takes few',
    ],
  ])('that %s is refused', (_what, is, fault) => {
    expect(faultsOfShape(was, is)).toEqual([fault])
  })
})

import { describe, expect, test } from 'vitest'
import { contrastOf, mixColors } from '../../src/core/color.ts'
import { accentFault, accentOf } from '../../src/html/accent.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

describe('the contrast of two colors', () => {
  test.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
    ['#0000ff', '#ffffff', 8.59],
    ['#ff0000', '#ffffff', 4.0],
  ])('of %s and %s is %d', (one, other, expected) => {
    expect(contrastOf(one, other)).toBeCloseTo(expected, 2)
    expect(contrastOf(other, one)).toBeCloseTo(expected, 2)
  })

  test('is that of the mixture', () => {
    expect(mixColors('#000000', '#ffffff', 0)).toBe('#000000')
    expect(mixColors('#000000', '#ffffff', 1)).toBe('#ffffff')
    expect(mixColors('#102030', '#305070', 0.5)).toBe('#203850')
  })
})

describe('an accent', () => {
  test('that is taken can be read wherever a page uses it, in light and dark; a refusal names one that is taken', () => {
    const seed = seedOf('SEED')
    const random = seededRandom(seed)
    for (let turn = 0; turn < 3_000; turn++) {
      const channel = () =>
        Math.floor(random() * 256)
          .toString(16)
          .padStart(2, '0')
      const color = `#${channel()}${channel()}${channel()}`
      const fault = accentFault(color)
      const named = /such as (#[0-9a-f]{6})$/.exec(fault ?? '')?.[1]
      if (named !== undefined) expect([seed, color, named, accentFault(named)]).toEqual([seed, color, named, undefined])
      const { light, dark } = accentOf(named ?? color)
      const pairs = [
        ...['#ffffff', '#f4f5f7', light.tint].map((ground) => [light.accent, ground]),
        ...['#19212a', '#10151b', dark.tint].map((ground) => [dark.accent, ground]),
        [light.on_accent, light.accent],
        [dark.on_accent, dark.accent],
        // The ink of the page on a tint.
        ['#16202c', light.tint],
        ['#eaeef2', dark.tint],
      ]
      for (const [one = '', other = ''] of pairs) {
        expect(contrastOf(one, other), `seed ${seed}: ${color} as ${one} on ${other}`).toBeGreaterThanOrEqual(4.5)
      }
    }
  })

  test.each([
    [
      '#ffcc00',
      'has a contrast of 1.38:1 with the page behind its links, and needs 4.5:1: send a darker one, such as #',
    ],
    ['#777777', 'has a contrast of 4.10:1'],
  ])('%s is refused', (color, sentence) => {
    expect(accentFault(color)).toContain(sentence)
  })

  test('that can be read on light pages is used there as it is', () => {
    expect(accentFault('#14508c')).toBeUndefined()
    expect(accentOf('#14508c').light.accent).toBe('#14508c')
  })
})

import type { Equivalent } from './survivors.ts'

/** Those of dates. */
export const equivalentDates: Equivalent[] = [
  {
    file: 'src/core/clock.ts',
    line: 'return one < other ? one : other',
    replaced: 'one < other',
    replacement: 'one <= other',
    reason: 'Where both are equal, either is the same instant.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'return one > other ? one : other',
    replaced: 'one > other',
    replacement: 'one >= other',
    reason: 'Where both are equal, either is the same instant.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'const lastMs: number[] = new Array(remembered).fill(Number.NaN)',
    replaced: 'new Array(remembered)',
    replacement: 'new Array()',
    reason: 'A place that holds nothing yet is another instant too.',
  },
  {
    file: 'src/core/clock.ts',
    line: "const lastText: string[] = new Array(remembered).fill('')",
    replaced: 'new Array(remembered)',
    replacement: 'new Array()',
    reason: 'A text is read only where one was put.',
  },
  {
    file: 'src/core/clock.ts',
    line: "const lastText: string[] = new Array(remembered).fill('')",
    replaced: "''",
    replacement: '"Stryker was here!"',
    reason: 'A text is read only where one was put.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'const place = Math.abs(ms % remembered)',
    replaced: 'ms % remembered',
    replacement: 'ms * remembered',
    reason: 'It bounds how many are kept, not what is shown.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'if (lastMs[place] !== ms) {',
    replaced: 'lastMs[place] !== ms',
    replacement: 'true',
    reason: 'An instant that is formatted again is the same; it only takes longer.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'const dateFormats = createCache<Intl.DateTimeFormat>({ size_max: 100 })',
    replaced: '{ size_max: 100 }',
    replacement: '{}',
    reason: 'It bounds what the cache holds, not what is formatted.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'const offsetFormats = createCache<Intl.DateTimeFormat>({ size_max: 100 })',
    replaced: '{ size_max: 100 }',
    replacement: '{}',
    reason: 'It bounds what the cache holds, not what is formatted.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'if (known) return known',
    replaced: 'known',
    replacement: 'false',
    reason: 'A formatter that is made again formats the same; it only takes longer.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'formats.set(timeZone, made)',
    replaced: 'formats.set(timeZone, made)',
    replacement: ';',
    reason: 'A formatter that is made again formats the same; it only takes longer.',
  },
  {
    file: 'src/core/clock.ts',
    line: 'if (offset === offsetOf(timeZone, after)) return new Date(wall - offset)',
    replaced: 'offset === offsetOf(timeZone, after)',
    replacement: 'false',
    reason:
      'Where the clocks are not changed, looking for when ends at `after`, which is later than what is asked for.',
  },
  {
    file: 'src/core/clock.ts',
    line: "const match = required(/GMT(?:([+-])(\\d\\d):(\\d\\d)(?::(\\d\\d))?)?$/.exec(shown), 'an offset in its long form')",
    replaced: '/GMT(?:([+-])(\\d\\d):(\\d\\d)(?::(\\d\\d))?)?$/',
    replacement: '/GMT(?:([+-])(\\d\\d):(\\d\\d)(?::(\\d\\d))?)?/',
    reason: 'An offset stands at the end, and once.',
  },
  {
    file: 'src/core/clock.ts',
    line: "const match = required(/GMT(?:([+-])(\\d\\d):(\\d\\d)(?::(\\d\\d))?)?$/.exec(shown), 'an offset in its long form')",
    replaced: '/GMT(?:([+-])(\\d\\d):(\\d\\d)(?::(\\d\\d))?)?$/',
    replacement: '/GMT(?:([+-])(\\d\\d):(\\d\\d)(?::(\\d\\d))?)$/',
    reason: 'Only the ICU of older versions of Node shows `GMT` alone.',
  },
]

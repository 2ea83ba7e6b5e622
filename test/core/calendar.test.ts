import { expect, it } from 'vitest'
import { renderDayEvent } from '../../src/core/calendar.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

const event = { uid: 'due-1', date: '2026-11-30', made_at: new Date('2026-11-23T08:05:09.123Z') }
const summaryOf = (calendar: string) => /\r\nSUMMARY:(.*)\r\n/.exec(unfold(calendar))?.[1]
const unfold = (calendar: string) => calendar.replaceAll('\r\n ', '')

it('a day in a calendar has the lines that RFC 5545 asks for, each ended by CR LF', () => {
  expect(renderDayEvent({ ...event, summary: 'Bill 1 is due' }).split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Tallystick//Tallystick//EN',
    'BEGIN:VEVENT',
    'UID:due-1',
    'DTSTAMP:20261123T080509Z',
    'DTSTART;VALUE=DATE:20261130',
    'SUMMARY:Bill 1 is due',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ])
})

it.each([
  ['Water; light, and \\ more', 'Water\\; light\\, and \\\\ more'],
  ['one\ntwo\r\nthree\rfour', 'one\\ntwo\\nthree\\nfour'],
  ['a\0b\u0007c\u007fd\u0085e\tf', 'abcde\tf'],
  ['x\r\nEND:VCALENDAR', 'x\\nEND:VCALENDAR'],
])('a summary %j is written as %j', (summary, written) => {
  expect(summaryOf(renderDayEvent({ ...event, summary }))).toBe(written)
})

it('a line is full with 75 bytes, and not before', () => {
  const linesOf = (length: number) => {
    const calendar = renderDayEvent({ ...event, summary: 'x'.repeat(length - 'SUMMARY:'.length) })
    return calendar.split('\r\n').filter((line) => /^(SUMMARY| )/.test(line))
  }
  expect(linesOf(75).map((line) => line.length)).toEqual([75])
  expect(linesOf(76).map((line) => line.length)).toEqual([75, 2])
})

it('no line has more than 75 bytes, and no character is cut', () => {
  const seed = seedOf('SEED')
  const random = seededRandom(seed)
  const note = `SEED=${seed}`
  const characters = ['a', ',', 'é', '水', '💧', '\n']
  for (let count = 0; count < 300; count++) {
    const length = Math.floor(random() * 300)
    const summary = Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join('')
    const calendar = renderDayEvent({ ...event, summary })
    for (const line of calendar.split('\r\n')) {
      expect(Buffer.byteLength(line), note).toBeLessThanOrEqual(75)
      expect(line.isWellFormed(), note).toBe(true)
    }
    expect(summaryOf(calendar), note).toBe(summary.replaceAll(',', '\\,').replaceAll('\n', '\\n'))
  }
})

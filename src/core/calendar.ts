/** An event of a whole day, for a calendar. `date` is `YYYY-MM-DD`; `uid` names it for good, so that a second import changes the first. */
export type DayEvent = { uid: string; date: string; summary: string; made_at: Date }

/** A calendar with one event of a whole day. Source: RFC 5545. */
export function renderDayEvent({ uid, date, summary, made_at }: DayEvent): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Tallystick//Tallystick//EN',
    'BEGIN:VEVENT',
    `UID:${escapeText(uid)}`,
    `DTSTAMP:${made_at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`,
    `DTSTART;VALUE=DATE:${date.replaceAll('-', '')}`,
    `SUMMARY:${escapeText(summary)}`,
    // Nobody is busy because of it.
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${fold(line)}\r\n`).join('')
}

/** A text as a value: its own marks escaped, each line end written, and no other control character (section 3.3.11). */
function escapeText(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, (mark) => `\\${mark}`)
    .replaceAll('\r\n', '\n')
    .replaceAll(/\p{Cc}/gu, (control) =>
      control === '\n' || control === '\r' ? '\\n' : control === '\t' ? control : '',
    )
}

// Without the line end, in UTF-8 (section 3.1). The space that a further line begins with counts.
const lineMaxBytes = 75

function fold(line: string): string {
  const parts = ['']
  let bytes = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (bytes + size > lineMaxBytes) {
      parts.push('')
      bytes = 1
    }
    parts[parts.length - 1] += character
    bytes += size
  }
  return parts.join('\r\n ')
}

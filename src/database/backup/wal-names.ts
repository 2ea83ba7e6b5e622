/** What PostgreSQL is initialised with. */
const segmentBytes = 16n * 1024n * 1024n
const perGroup = 0x1_0000_0000n / segmentBytes

/** A segment of the write-ahead log: its timeline, and its number in it. */
export type Segment = { timeline: number; number: bigint }

/** Reads the name of the file of a whole segment; undefined for the name of any other file. */
export function segmentOf(name: string): Segment | undefined {
  const [, timeline, group = '', place = ''] = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name) ?? []
  if (timeline === undefined) return undefined
  return { timeline: Number.parseInt(timeline, 16), number: BigInt(`0x${group}`) * perGroup + BigInt(`0x${place}`) }
}

/** The segment that holds a place such as `0/2000028`. */
export function segmentAt({ lsn, timeline }: { lsn: string; timeline: number }): Segment {
  const [high = '0', low = '0'] = lsn.split('/')
  return { timeline, number: ((BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)) / segmentBytes }
}

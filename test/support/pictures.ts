import { crc32, deflateSync } from 'node:zlib'

/** A chunk of a PNG with its length and its checksum. */
export function pngChunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** A PNG of one grey that can be shown; `before` stands before its data, which `data` may replace. */
export function pngOf(width: number, height: number, more: { before?: Buffer[]; data?: Buffer[] } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const lines = deflateSync(Buffer.alloc((width + 1) * height, 0x70))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...(more.before ?? []),
    ...(more.data ?? [pngChunk('IDAT', lines)]),
    pngChunk('IEND'),
  ])
}

/** The segments of a JPEG as a reader of headers sees them; its data show nothing. */
export function jpegOf(
  width: number,
  height: number,
  {
    frame = 0xc0,
    scans = 1,
    data = [1, 2, 3],
    fill = 0,
  }: { frame?: number; scans?: number; data?: number[]; fill?: number } = {},
): Buffer {
  const segment = (marker: number, content: number[]) => [
    ...Array<number>(fill).fill(0xff),
    0xff,
    marker,
    (content.length + 2) >> 8,
    (content.length + 2) & 255,
    ...content,
  ]
  const sizes = [height >> 8, height & 255, width >> 8, width & 255]
  const scan = [...segment(0xda, [1, 1, 0, 0, 63, 0]), ...data]
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [...Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')]),
    ...segment(frame, [8, ...sizes, 1, 1, 0x11, 0]),
    ...Array.from({ length: scans }, () => scan).flat(),
    ...[0xff, 0xd9],
  ])
}

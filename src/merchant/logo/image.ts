import { crc32 } from 'node:zlib'

/** A picture as its bytes say it is. Width and height are in pixels. */
export type Picture = { media_type: 'image/png' | 'image/jpeg'; width: number; height: number }

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Reads what kind of picture some bytes are, and how large. They are walked to their end, so that what begins like a picture and
 * is something else besides is none. `undefined` for anything but a whole PNG or JPEG.
 */
export function readPicture(bytes: Buffer): Picture | undefined {
  if (bytes.subarray(0, 8).equals(pngSignature)) return readPng(bytes)
  return bytes.length > 2 && bytes.readUInt16BE(0) === 0xffd8 ? readJpeg(bytes) : undefined
}

// Source: PNG (third edition), section 11.2.1, table 12: which depths each color type has.
const pngDepths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

/** Each chunk has its length, its type, its data and the checksum of both. The first is IHDR, and the last, at the end, IEND. */
function readPng(bytes: Buffer): Picture | undefined {
  let picture: Picture | undefined
  let hasData = false
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const end = at + 12 + length
    if (end > bytes.length) return undefined
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined
    if (at === 8) picture = type === 'IHDR' ? readPngHeader(bytes.subarray(at + 8, end - 4)) : undefined
    if (!picture) return undefined
    if (type === 'IDAT') hasData = true
    if (type === 'IEND') return length === 0 && hasData && end === bytes.length ? picture : undefined
    at = end
  }
  return undefined
}

function readPngHeader(data: Buffer): Picture | undefined {
  if (data.length !== 13) return undefined
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)]
  const [depth = 0, color = 0, compression, filter, interlace = 0] = data.subarray(8)
  const known = pngDepths[color]?.includes(depth) && compression === 0 && filter === 0 && interlace <= 1
  return known && width > 0 && height > 0 ? { media_type: 'image/png', width, height } : undefined
}

/**
 * Segments, each with a marker and most with a length, until the scan; then its data, in which a marker is `FF` before anything
 * but 0 and the restarts. The frame says how large it is; the end is the marker EOI. Source: ITU-T T.81, annex B.
 */
function readJpeg(bytes: Buffer): Picture | undefined {
  let picture: Picture | undefined
  let hasScan = false
  for (let at = 2; at + 2 <= bytes.length; ) {
    const marker = bytes[at + 1] as number
    if (bytes[at] !== 0xff) return undefined
    // Any number of them may stand before a marker.
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0xd9) return at + 2 === bytes.length && hasScan ? picture : undefined
    if (at + 4 > bytes.length || marker < 0xc0 || isAlone(marker)) return undefined
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end < at + 4 || end > bytes.length) return undefined
    if (isFrame(marker)) {
      if (picture) return undefined
      picture = readJpegFrame(bytes.subarray(at + 4, end))
      if (!picture) return undefined
    }
    if (marker === 0xda) hasScan = picture !== undefined
    at = marker === 0xda ? endOfScan(bytes, end) : end
  }
  return undefined
}

/** Of the markers from C0 on: restarts, the start and the end. They have no length. */
function isAlone(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd9
}

/** SOF0 to SOF15, among which three markers are something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

function readJpegFrame(data: Buffer): Picture | undefined {
  if (data.length < 6) return undefined
  const [precision, components = 0] = [data[0], data[5]]
  const [height, width] = [data.readUInt16BE(1), data.readUInt16BE(3)]
  const known = (precision === 8 || precision === 12) && [1, 3, 4].includes(components)
  const whole = data.length === 6 + 3 * components
  return known && whole && width > 0 && height > 0 ? { media_type: 'image/jpeg', width, height } : undefined
}

function endOfScan(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1] as number
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return bytes.length
}

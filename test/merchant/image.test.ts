import { describe, expect, test } from 'vitest'
import { readPicture } from '../../src/merchant/logo/image.ts'
import { smallPng } from '../fuzz/requests.ts'
import { jpegOf, pngChunk, pngOf } from '../support/pictures.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

describe('a picture', () => {
  test.each([
    ['a PNG', pngOf(300, 80), { media_type: 'image/png', width: 300, height: 80 }],
    ['the smallest PNG', Buffer.from(smallPng, 'base64'), { media_type: 'image/png', width: 1, height: 1 }],
    ['an animated PNG', pngOf(9, 9, { before: [pngChunk('acTL', Buffer.alloc(8))] }), { width: 9, height: 9 }],
    ['a JPEG', jpegOf(640, 200), { media_type: 'image/jpeg', width: 640, height: 200 }],
    ['a progressive JPEG of two scans', jpegOf(8, 9, { frame: 0xc2, scans: 2 }), { width: 8, height: 9 }],
    ['a JPEG with restarts and stuffed bytes', jpegOf(8, 9, { data: [1, 0xff, 0, 0xff, 0xd3, 7] }), { width: 8 }],
    ['a JPEG with bytes that fill', jpegOf(8, 9, { fill: 3 }), { height: 9 }],
  ])('is read: %s', (_name, bytes, expected) => {
    expect(readPicture(bytes)).toMatchObject(expected)
  })

  const png = pngOf(20, 10)
  const jpeg = jpegOf(20, 10)
  const header = (width: number, height: number, rest: number[]) => {
    const data = Buffer.alloc(13)
    data.writeUInt32BE(width, 0)
    data.writeUInt32BE(height, 4)
    data.set(rest, 8)
    return Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', data), png.subarray(33)])
  }
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
    ['a WebP', Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1')],
    ['a PNG with a page behind it', Buffer.concat([png, Buffer.from('<script>alert(1)</script>')])],
    ['a JPEG with a page behind it', Buffer.concat([jpeg, Buffer.from('<script>alert(1)</script>')])],
    ['a signature of PNG before a page', Buffer.concat([png.subarray(0, 8), Buffer.from('<html>'.repeat(20))])],
    ['a signature of JPEG before a page', Buffer.concat([jpeg.subarray(0, 2), Buffer.from('<html>'.repeat(20))])],
    ['a PNG that is cut', png.subarray(0, -1)],
    ['a JPEG that is cut', jpeg.subarray(0, -1)],
    ['a PNG whose checksum is wrong', Buffer.concat([png.subarray(0, 20), Buffer.from([9]), png.subarray(21)])],
    ['a PNG without data', pngOf(20, 10, { data: [] })],
    ['a PNG that begins with another chunk', Buffer.concat([png.subarray(0, 8), pngChunk('tEXt'), png.subarray(8)])],
    ['a PNG of no width', header(0, 10, [8, 2, 0, 0, 0])],
    ['a PNG of no height', header(10, 0, [8, 2, 0, 0, 0])],
    ['a PNG of an unknown color type', header(10, 10, [8, 5, 0, 0, 0])],
    ['a PNG of a depth that its color type has not', header(10, 10, [4, 2, 0, 0, 0])],
    ['a PNG of an unknown compression', header(10, 10, [8, 2, 1, 0, 0])],
    ['a JPEG without a frame', jpegOf(20, 10, { frame: 0xc4 })],
    ['a JPEG without a scan', jpegOf(20, 10, { scans: 0 })],
    ['a JPEG of no width', jpegOf(0, 10)],
    ['a JPEG of no height', jpegOf(10, 0)],
    ['a JPEG whose segment ends before it begins', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xd9])],
  ])('is refused: %s', (_name, bytes) => {
    expect(readPicture(bytes)).toBeUndefined()
  })

  test('of any bytes, or with any of its bytes changed, is read or refused, never more', () => {
    const seed = seedOf('SEED')
    const random = seededRandom(seed)
    for (let turn = 0; turn < 4_000; turn++) {
      const bytes = Buffer.from(turn % 2 === 0 ? png : jpeg)
      for (let change = 0; change < 1 + (turn % 3); change++) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      }
      const cut = bytes.subarray(0, turn % 5 === 0 ? Math.floor(random() * bytes.length) : bytes.length)
      const read = readPicture(cut)
      if (read) expect([seed, turn, read.width > 0 && read.height > 0]).toEqual([seed, turn, true])
    }
  })

  test('that is long is read in time that grows with its length', () => {
    const long = Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(200_000, 0xff)])
    const begun = performance.now()
    expect(readPicture(long)).toBeUndefined()
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

import { crc32, deflateSync } from 'node:zlib'
import encodeQR from 'qr'
import type { FastifyReply } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { pathOf } from './show.ts'
import { type Door, openCheckout } from './store.ts'

/** `GET /r/{code}/qr.svg` and `.png`: the address of a request's page as a code to scan. */
export async function sendQr(
  app: AppContext,
  reply: FastifyReply,
  door: Door,
  format: 'svg' | 'png',
): Promise<FastifyReply> {
  await openCheckout(app, door)
  const matrix = encodeQR(app.publicUrl() + pathOf(door), 'raw', { ecc: 'medium', border: 4 })
  return reply
    .headers({
      'content-type': format === 'svg' ? 'image/svg+xml' : 'image/png',
      'cache-control': 'private, max-age=3600',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-robots-tag': 'noindex',
    })
    .send(format === 'svg' ? drawSvg(matrix) : drawPng(matrix))
}

/** One path of horizontal runs: less than half of what a rectangle for each module takes. */
export function drawSvg(matrix: readonly (readonly boolean[])[]): string {
  const size = matrix.length
  const runs = matrix.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * 6}" height="${size * 6}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${runs.join('')}"/></svg>`
}

function runsOf(row: readonly boolean[]): [x: number, length: number][] {
  const runs: [number, number][] = []
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1)
    if (!dark) continue
    if (last && last[0] + last[1] === x) last[1] += 1
    else runs.push([x, 1])
  }
  return runs
}

// Pixels for each module: a code of 37 modules is 296 pixels wide.
const scale = 8

/** A PNG of one bit for each pixel (RFC 2083): black is 0. */
export function drawPng(matrix: readonly (readonly boolean[])[]): Buffer {
  const width = matrix.length * scale
  const lines = matrix.flatMap((row) => {
    const line = Buffer.alloc(1 + Math.ceil(width / 8), 0)
    for (let x = 0; x < width; x++) {
      const dark = row[Math.floor(x / scale)] === true
      if (!dark) line.writeUInt8(line.readUInt8(1 + (x >> 3)) | (128 >> (x & 7)), 1 + (x >> 3))
    }
    return new Array<Buffer>(scale).fill(line)
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(width, 4)
  // One bit, greyscale, and the only methods of compression, filtering and interlacing that there are.
  header.set([1, 0, 0, 0, 0], 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([signature, ...parts])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

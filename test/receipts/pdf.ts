import { inflateSync } from 'node:zlib'
import decodeQR from 'qr/decode.js'

/** What is in a PDF, read from its bytes: the streams are inflated, the texts read through the maps of their fonts. */
export type ReadPdf = { pages: number; text: string; raw: string; streams: string[] }

/** Reads a PDF as far as its receipts need it. */
export function readPdf(bytes: Buffer): ReadPdf {
  const raw = bytes.toString('latin1')
  const objects = new Map<number, { head: string; stream: string }>()
  for (const found of raw.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, id, body = ''] = found
    const at = body.indexOf('stream\n')
    const head = at < 0 ? body : body.slice(0, at)
    const data = at < 0 ? '' : body.slice(at + 7, body.lastIndexOf('\nendstream'))
    const stream = head.includes('/FlateDecode') ? inflateSync(Buffer.from(data, 'latin1')).toString('latin1') : data
    objects.set(Number(id), { head, stream })
  }
  const at = (id: string | undefined) => objects.get(Number(id))
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b/.test(head))
  const text = pages.map((page) => {
    const resources = at(/\/Resources (\d+) 0 R/.exec(page.head)?.[1])?.head ?? ''
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, id]) => [
        name,
        letterMap(at(/\/ToUnicode (\d+) 0 R/.exec(at(id)?.head ?? '')?.[1])?.stream ?? ''),
      ]),
    )
    return textOf(at(/\/Contents (\d+) 0 R/.exec(page.head)?.[1])?.stream ?? '', fonts)
  })
  return { pages: pages.length, text: text.join('\n'), raw, streams: [...objects.values()].map(({ stream }) => stream) }
}

type Letters = Map<number, string>

function letterMap(stream: string): Letters {
  const map: Letters = new Map()
  for (const [, first = '', , list = ''] of stream.matchAll(/<(\w{4})> <(\w{4})> \[([^\]]*)\]/g)) {
    const from = Number.parseInt(first, 16)
    for (const [index, [, code = '']] of [...list.matchAll(/<([\w ]*)>/g)].entries()) {
      map.set(from + index, Buffer.from(code.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'))
    }
  }
  return map
}

function textOf(stream: string, fonts: Map<string | undefined, Letters>): string {
  let letters: Letters = new Map()
  let text = ''
  for (const [, font, shown] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) letters = fonts.get(font) ?? new Map()
    for (const [, codes = ''] of (shown ?? '').matchAll(/<(\w*)>/g)) {
      for (const code of codes.match(/.{4}/g) ?? []) text += letters.get(Number.parseInt(code, 16)) ?? '?'
    }
    if (shown !== undefined) text += '\n'
  }
  return text
}

/** Scans the code that a page shows: its modules are rectangles one unit high. */
export function scanPdf({ streams }: ReadPdf): string {
  const runs = streams.flatMap((stream) => {
    const found = [...stream.matchAll(/^(\d+) (\d+) (\d+) 1 re$/gm)].map((one) => one.slice(1).map(Number))
    return found as [number, number, number][]
  })
  const size = Math.max(...runs.map(([x, , length]) => x + length)) + 4
  const scale = 4
  const data = new Uint8ClampedArray(size * scale * size * scale * 4).fill(255)
  for (const [x, y, length] of runs) {
    for (let row = y * scale; row < (y + 1) * scale; row++) {
      for (let column = x * scale; column < (x + length) * scale; column++) {
        data.fill(0, 4 * (row * size * scale + column), 4 * (row * size * scale + column) + 3)
      }
    }
  }
  return decodeQR({ width: size * scale, height: size * scale, data })
}

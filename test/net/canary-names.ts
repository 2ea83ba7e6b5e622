/** A question of a resolver. */
export type Question = { name: string; kind: 'A' | 'AAAA' | undefined; end: number }

const kinds = new Map([
  [1, 'A'],
  [28, 'AAAA'],
] as const)

/** The names of the canary's name server, with their addresses. */
const addresses: Record<string, { A?: string[]; AAAA?: string[] }> = {
  'public.example': { A: ['8.8.8.8'] },
  'loopback.example': { A: ['127.0.0.1'] },
  'private.example': { A: ['10.0.0.1'] },
  'metadata.example': { A: ['169.254.169.254'] },
  'nowhere.example': { A: ['0.0.0.0'] },
  'loopback6.example': { AAAA: ['::1'] },
  'local6.example': { AAAA: ['fd00:ec2::254'] },
  'link6.example': { AAAA: ['fe80::1'] },
  'mapped.example': { AAAA: ['::ffff:127.0.0.1'] },
  'nat64.example': { AAAA: ['64:ff9b::7f00:1'] },
  'sixtofour.example': { AAAA: ['2002:7f00:1::'] },
  'both.example': { A: ['8.8.8.8', '10.0.0.1'] },
  'either.example': { A: ['8.8.8.8'], AAAA: ['::1'] },
}

/** The names that are not public addresses, or not only. */
export const forbiddenNames = Object.keys(addresses).filter((name) => name !== 'public.example')

let turns = 0

function addressesOf({ name, kind }: Question): string[] | undefined {
  // A name that changes: a public address and this machine, in turn.
  if (name === 'rebinding.example') return kind === 'A' ? [turns++ % 2 === 0 ? '8.8.8.8' : '127.0.0.1'] : []
  // Public at first, and never again.
  if (name === 'moved.example') return kind === 'A' ? [moves++ === 0 ? '8.8.8.8' : '169.254.169.254'] : []
  // Whatever the hosts file of the machine does not have.
  if (/^ip6-|(?:^|\.)localhost6?(?:$|\.)/.test(name)) return kind === 'A' ? ['127.0.0.1'] : ['::1']
  return addresses[name] && ((kind && addresses[name][kind]) ?? [])
}

let moves = 0

/** Reads the one question of a message (RFC 1035, 4.1). */
export function readQuestion(message: Buffer): Question {
  const labels: string[] = []
  let at = 12
  for (let length = message[at++]; length; length = message[at++]) {
    labels.push(message.toString('latin1', at, at + length))
    at += length
  }
  return { name: labels.join('.').toLowerCase(), kind: kinds.get(message.readUInt16BE(at) as 1 | 28), end: at + 4 }
}

/** The response to a question; names that are not here do not exist. Nothing may be cached. */
export function answerTo(message: Buffer, question: Question): Buffer {
  const found = addressesOf(question)
  const header = Buffer.from(message.subarray(0, 12))
  header.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(found?.length ?? 0, 6)
  header.writeUInt32BE(0, 8)
  const records = (found ?? []).map((address) => record(address, question.kind === 'AAAA'))
  return Buffer.concat([header, message.subarray(12, question.end), ...records])
}

function record(address: string, isV6: boolean): Buffer {
  const data = isV6 ? bytesOfV6(address) : Buffer.from(address.split('.').map(Number))
  const head = Buffer.from([0xc0, 12, 0, isV6 ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, data.length])
  return Buffer.concat([head, data])
}

function bytesOfV6(address: string): Buffer {
  // The normal form of WHATWG URL has no dots.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string | undefined) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [])
  const [left, right] = [groups(before), groups(after)]
  const all = [...left, ...Array(8 - left.length - right.length).fill(0), ...right]
  return Buffer.from(all.flatMap((group: number) => [group >> 8, group & 255]))
}

import { BackupError } from './errors.ts'

/** A piece of a tar archive: the head of an entry, or some bytes of the file that was last begun. */
export type TarPart =
  | { kind: 'entry'; path: string; type: 'file' | 'folder'; bytes: number }
  | { kind: 'data'; bytes: Buffer }

const block = 512

/** Reads a tar archive as PostgreSQL writes it, which has files and folders only, piece by piece. Throws BackupError when it is another. */
export class TarReader {
  #head = Buffer.alloc(0)
  #left_bytes = 0
  #padding_bytes = 0

  /** Throws BackupError when the archive broke off inside an entry. */
  end(): void {
    if (this.#left_bytes + this.#padding_bytes + this.#head.length > 0) throw new BackupError('The archive breaks off.')
  }

  /** What the next bytes of the archive hold. */
  *read(chunk: Buffer): Generator<TarPart> {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#left_bytes > 0) {
        const bytes = rest.subarray(0, this.#left_bytes)
        this.#left_bytes -= bytes.length
        rest = rest.subarray(bytes.length)
        yield { kind: 'data', bytes }
      } else if (this.#padding_bytes > 0) {
        const skipped = Math.min(this.#padding_bytes, rest.length)
        this.#padding_bytes -= skipped
        rest = rest.subarray(skipped)
      } else {
        const missing = block - this.#head.length
        this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (this.#head.length < block) return
        const head = this.#head
        this.#head = Buffer.alloc(0)
        // Two empty blocks end an archive.
        if (!head.every((byte) => byte === 0)) yield this.#begin(head)
      }
    }
  }

  #begin(head: Buffer): TarPart {
    const sum = Buffer.from(head)
      .fill(' ', 148, 156)
      .reduce((total, byte) => total + byte, 0)
    const type = String.fromCharCode(head[156] ?? 0)
    const isKnown = type === '0' || type === '5'
    if (sum !== octal(head, 148, 8) || !isKnown) throw new BackupError('The archive has an entry that cannot be read.')
    const bytes = type === '0' ? sizeIn(head) : 0
    this.#left_bytes = bytes
    this.#padding_bytes = (block - (bytes % block)) % block
    return { kind: 'entry', path: text(head, 0, 100), type: type === '0' ? 'file' : 'folder', bytes }
  }
}

function text(head: Buffer, from: number, length: number): string {
  const end = head.indexOf(0, from)
  return head.toString('utf8', from, end < 0 ? from + length : Math.min(end, from + length))
}

function octal(head: Buffer, from: number, length: number): number {
  return Number.parseInt(text(head, from, length).trim(), 8)
}

/** A size that octal digits cannot hold (8 GB) is written in binary, as GNU tar does. */
function sizeIn(head: Buffer): number {
  if (((head[124] ?? 0) & 0x80) === 0) return octal(head, 124, 12)
  return head.readUIntBE(130, 6)
}

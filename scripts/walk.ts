import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { entriesOfPayment, type FileKind, linesOf, type WalkedFile, walkedFiles } from './walked-files.ts'

/*
 * `npm run walk`: counts the files that one has to open to follow `POST /billing/payments` from its route to the webhook that was
 * sent. Which files the walk comes to is defined at `reachableFiles`, and what each is to the reader at `FileKind`. Those passed through
 * are the ones that count.
 *
 * Other entries can be given as arguments, as `src/file.ts#name`, other folders to leave out as --without instead of `core`, and
 * another checkout as --root.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: 'string', default: resolve(import.meta.dirname, '..') },
    without: { type: 'string', default: 'core' },
  },
})
const entries = positionals.length > 0 ? positionals : entriesOfPayment
const without = values.without.split(',').filter((path) => path !== '')
const walked = walkedFiles(values.root, entries, without)
const kinds: FileKind[] = ['left out', 'data', 'leaf', 'passed through']

for (const [folder, files] of Map.groupBy(walked, ({ path }) => path.split('/')[1] ?? '')) {
  say(`${folder}: ${sizeOf(files)}`)
  for (const { path, lines, kind } of files) {
    say(`  ${String(lines).padStart(4)}  ${path}${kind === 'passed through' ? '' : `  (${kind})`}`)
  }
}
say(`reached: ${sizeOf(walked)}`)
for (const kind of kinds) say(`${kind}: ${summary(walked.filter((file) => file.kind === kind))}`)

function summary(files: WalkedFile[]): string {
  const [longest] = files.toSorted((one, other) => other.lines - one.lines)
  return longest ? `${sizeOf(files)}, the longest ${longest.path} with ${longest.lines}` : 'no files'
}

function sizeOf(files: WalkedFile[]): string {
  return `${files.length} files, ${linesOf(files).toLocaleString('en-US')} lines`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runShell } from './shell.ts'

/** A fenced block of a document. */
export type Block = { language: string; text: string; line: number }

/** A document that is walked: its name, and its blocks in order. */
export type Page = { name: string; blocks: Block[] }

const root = resolve(import.meta.dirname, '../..')
export const run: ReadonlySet<string> = new Set(['bash', 'sh', 'js', 'ts'])
// They do not run in the walk: test/docs/receivers.test.ts runs them where the machine has the language.
const runElsewhere = new Set(['python', 'php'])

/** The fenced blocks of a Markdown text, in order. Throws for a language that says neither to run nor not to. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  for (const match of markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const [, language = '', text = ''] = match
    const line = markdown.slice(0, match.index).split('\n').length
    if (!run.has(language) && !runElsewhere.has(language) && language !== 'json' && language !== 'text') {
      throw new Error(`line ${line}: a block is bash, sh, js, ts, python, php, json, or text when it must not run`)
    }
    blocks.push({ language, text, line })
  }
  return blocks
}

/** Whether a document has anything to run. */
export function hasSnippets(markdown: string): boolean {
  return blocksOf(markdown).some(({ language }) => run.has(language))
}

/** A block that ran, and what it printed. */
export type BlockResult = Block & { page: string; output: string }

/** The ports that the documents let a reader's receivers listen on, each with the one that it has in the walk. */
export type ReceiverPorts = Readonly<Record<'4000' | '4001' | '4002' | '4003', number>>

/**
 * Walks pages in one shell, one after another, as a reader at a terminal would, and gives what each block printed. What a page has left
 * running serves the pages after it. A script whose first line is a comment with a file name, such as `// receiver.mjs`, is saved under
 * that name instead. The first block that fails ends the walk.
 */
export async function walkPages(
  pages: readonly Page[],
  variables: Readonly<Record<string, string>>,
  ports: ReceiverPorts,
): Promise<BlockResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tallystick-docs-'))
  try {
    // So that `npx tallystick` is found, as it is where the package is installed.
    await mkdir(join(directory, 'node_modules/.bin'), { recursive: true })
    await symlink(join(root, 'bin/tallystick.mjs'), join(directory, 'node_modules/.bin/tallystick'))
    const runnable = pages.flatMap(({ name, blocks }) =>
      blocks.filter(({ language }) => run.has(language)).map((block) => ({ page: name, ...block })),
    )
    const commands = await Promise.all(runnable.map((block, index) => commandOf(block, index, directory, ports)))
    const script = commands.map((command, index) => `exec > ${index}.out\n${command}`).join('\n')
    const { errors, code } = await runShell(script, variables, directory)
    const results = await Promise.all(
      runnable.map(async (block, index) => ({ ...block, output: await readOutput(directory, index) })),
    )
    const failed = results.findLast(({ output }) => output !== missing)
    if (code !== 0) {
      throw new Error(`${failed?.page}, line ${failed?.line}: exit code ${code}: ${failed?.output}\n${errors}`)
    }
    return results
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function commandOf(
  { language, text }: Block,
  index: number,
  directory: string,
  ports: ReceiverPorts,
): Promise<string> {
  const own = onPorts(text, ports)
  if (language === 'bash' || language === 'sh') return own
  const [, named] = /^\/\/ ([\w.-]+\.(?:mjs|js|ts))\n/.exec(own) ?? []
  const file = `${index}.${language === 'js' ? 'mjs' : 'mts'}`
  await writeFile(join(directory, file), own)
  // Only now, so that a page has what it saves itself and not what a later one does.
  return named === undefined ? `node ${file}` : `cp ${file} ${named}`
}

/** A snippet with its documented ports changed to others, in one pass: a free port such as 44003 holds the name of another. */
export function onPorts(text: string, ports: ReceiverPorts): string {
  return text.replaceAll(/\b400[0-3]\b/g, (port) => String(ports[port as keyof ReceiverPorts]))
}

const missing = '(did not run)'

function readOutput(directory: string, index: number): Promise<string> {
  return readFile(join(directory, `${index}.out`), 'utf8').catch(() => missing)
}

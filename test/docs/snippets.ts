import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runShell } from './shell.ts'

/** A fenced block of a document. */
export type Block = { language: string; text: string; line: number }

const run = new Set(['bash', 'sh', 'js', 'ts'])

/** The fenced blocks of a Markdown text, in order. Throws for a language that says neither to run nor not to. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  for (const match of markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
    const [, language = '', text = ''] = match
    const line = markdown.slice(0, match.index).split('\n').length
    if (!run.has(language) && language !== 'json' && language !== 'text') {
      throw new Error(`line ${line}: a block is bash, sh, js, ts, json, or text when it must not run`)
    }
    blocks.push({ language, text, line })
  }
  return blocks
}

/** Whether a document has anything to run. */
export function hasSnippets(markdown: string): boolean {
  return blocksOf(markdown).some(({ language }) => run.has(language))
}

/** What one block printed. */
export type BlockResult = Block & { output: string }

// The port that the documents let a reader's receiver listen on.
const documentedPort = '4000'

/**
 * Runs the blocks of a page in one shell, in order, as a reader with the page open would, and gives what each printed. A script
 * whose first line is a comment with a file name, such as `// receiver.mjs`, is saved under that name instead. The first block
 * that fails ends the page.
 */
export async function runBlocks(
  blocks: readonly Block[],
  variables: Readonly<Record<string, string>>,
  port: number,
): Promise<BlockResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tallystick-docs-'))
  try {
    const runnable = blocks.filter(({ language }) => run.has(language))
    const commands = await Promise.all(runnable.map((block, index) => commandOf(block, index, directory, port)))
    const script = commands.map((command, index) => `exec > ${index}.out\n${command}`).join('\n')
    const { errors, code } = await runShell(script, variables, directory)
    const results = await Promise.all(
      runnable.map(async (block, index) => ({ ...block, output: await readOutput(directory, index) })),
    )
    const failed = results.findLast(({ output }) => output !== missing)
    if (code !== 0) throw new Error(`line ${failed?.line}: exit code ${code}: ${failed?.output}\n${errors}`)
    return results
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function commandOf({ language, text }: Block, index: number, directory: string, port: number): Promise<string> {
  const own = text.replaceAll(documentedPort, String(port))
  if (language === 'bash' || language === 'sh') return own
  const [, named] = /^\/\/ ([\w.-]+\.(?:mjs|js|ts))\n/.exec(own) ?? []
  const file = named ?? `${index}.${language === 'js' ? 'mjs' : 'mts'}`
  await writeFile(join(directory, file), own)
  return named === undefined ? `node ${file}` : ':'
}

const missing = '(did not run)'

function readOutput(directory: string, index: number): Promise<string> {
  return readFile(join(directory, `${index}.out`), 'utf8').catch(() => missing)
}

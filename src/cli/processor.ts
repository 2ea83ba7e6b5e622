import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkProcessor, formatReport } from '../payments/processor/check/check.ts'
import type { ProcessorUnderTest } from '../payments/processor/check/subject.ts'
import { readArguments, readVerb, UsageError } from './usage.ts'

/** `tallystick processor check`. */
export async function processorCommand(args: string[]): Promise<void> {
  await readVerb('processor', { check }, args)
}

/** Checks an adapter against the stand-in of its maker, prints the report, and exits 1 when a case failed. */
async function check(args: string[]): Promise<void> {
  const { values, words } = readArguments('processor check', args, { only: { type: 'string' } }, ['a FILE'])
  const [file = ''] = words
  const only = values.only?.split(',').map((start) => start.trim())
  const results = await checkProcessor(await subjectOf(file), only)
  if (results.length === 0) throw new UsageError(`There is no case that begins with ${values.only}.`)
  process.stdout.write(formatReport(results))
  if (results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
}

async function subjectOf(file: string): Promise<ProcessorUnderTest> {
  let module: { processorUnderTest?: Partial<ProcessorUnderTest> }
  try {
    module = await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    throw new UsageError(`${file} cannot be loaded: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
  }
  const { kind, open, start } = module.processorUnderTest ?? {}
  if (kind && open && start) return { kind, open, start }
  throw new UsageError(`${file} should export processorUnderTest, with kind, open and start.`)
}

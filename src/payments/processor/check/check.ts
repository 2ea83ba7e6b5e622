import { whyNot } from './case.ts'
import { cases } from './cases.ts'
import { openLine } from './line.ts'
import type { ProcessorUnderTest } from './subject.ts'
import { openTrial, shownSeen, type Trial, Unmet } from './trial.ts'

/** What came of a case: `detail` says what was expected and seen, or why it does not apply. */
export type CaseResult = { id: string; title: string } & (
  | { outcome: 'passed' }
  | { outcome: 'failed' | 'not applicable'; detail: string }
)

const caseMaxMs = 60_000

/**
 * Runs the cases whose id begins with one of `only`, or all, against an adapter and the stand-in of its maker. What the stand-in itself
 * throws when it is started is thrown.
 */
export async function checkProcessor(subject: ProcessorUnderTest, only: readonly string[] = []): Promise<CaseResult[]> {
  const chosen = cases.filter(({ id }) => only.length === 0 || only.some((start) => id.startsWith(start)))
  const line = await openLine()
  try {
    const stage = await subject.start(line.base_url)
    try {
      if (stage.maker_url !== undefined) line.connect(stage.maker_url, stage.request_id_header)
      const trial = await openTrial(subject, stage, line)
      const results: CaseResult[] = []
      for (const one of chosen) results.push(await resultOf(one, trial))
      return results
    } finally {
      await stage.stop()
    }
  } finally {
    await line.close()
  }
}

async function resultOf(one: (typeof cases)[number], trial: Trial): Promise<CaseResult> {
  const { id, title } = one
  const reason = whyNot(one, trial)
  if (reason !== undefined) return { id, title, outcome: 'not applicable', detail: reason }
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Unmet(`expected an end within ${caseMaxMs} ms; saw none`)), caseMaxMs)
  })
  try {
    await Promise.race([one.run(trial), tooLong])
    return { id, title, outcome: 'passed' }
  } catch (error) {
    const detail = error instanceof Unmet ? error.message : `expected no error here; saw ${shownSeen(error)}`
    return { id, title, outcome: 'failed', detail }
  } finally {
    clearTimeout(timer)
  }
}

/** The report: a line for each case, what was expected and seen below one that failed, and the sum. */
export function formatReport(results: readonly CaseResult[]): string {
  const lines = results.map((result) => {
    const outcome = result.outcome === 'failed' ? 'FAILED' : result.outcome
    const head = `${outcome.padEnd(14)}  ${result.id.padEnd(22)}  ${result.title}`
    if (result.outcome === 'passed') return head
    return result.outcome === 'failed' ? `${head}\n                ${result.detail}` : `${head} (${result.detail})`
  })
  const count = (outcome: CaseResult['outcome']) => results.filter((one) => one.outcome === outcome).length
  const sum = `${count('passed')} passed, ${count('failed')} failed, ${count('not applicable')} not applicable.`
  return `${lines.join('\n')}\n${sum}\n`
}

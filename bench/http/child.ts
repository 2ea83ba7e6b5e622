import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Another process of the benchmark. */
export type Child<Question, Answer> = {
  ask(question: Question): Promise<Answer>
  /** CPU seconds that it has used, and its resident memory, in bytes. */
  usage(): Promise<{ cpu_s: number; rss: number }>
  stop(): Promise<void>
}

/** Starts `<name>.ts` of a folder, this one by default, as a process of its own; resolves with its first answer once it is ready. */
export async function startChild<Question, Answer>(
  name: string,
  start: object,
  folder = import.meta.dirname,
): Promise<{ child: Child<Question, Answer>; ready: Answer }> {
  const profile = process.env.BENCH_PROFILE === name ? ['--cpu-prof'] : []
  const process_ = fork(join(folder, `${name}.ts`), { serialization: 'advanced', execArgv: profile })
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let asked = 0
  process_.on('message', ({ id, answer, failure }: { id: number; answer: Answer; failure?: string }) => {
    const question = waiting.get(id)
    waiting.delete(id)
    if (failure === undefined) question?.resolve(answer)
    else question?.reject(new Error(`${name}: ${failure}`))
  })
  process_.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`the process ${name} has ended`))
  })
  const ask = (question: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      asked += 1
      waiting.set(asked, { resolve, reject })
      process_.send({ id: asked, question })
    })
  const ready = await ask(start)
  return {
    child: {
      ask: (question) => ask(question as object),
      usage: () => ask({ usage: true }) as Promise<never>,
      stop: () => stop(process_),
    },
    ready,
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}

/** Runs a child process of the benchmark: the first message starts it, each later one gets an answer; it ends with its parent. */
export function serveParent<Start, Question, Answer>(
  start: (start: Start) => Promise<{
    ready: Answer
    answer(question: Question): Promise<Answer>
    stop(): Promise<void>
  }>,
): void {
  let running: Awaited<ReturnType<typeof start>> | undefined
  const handle = async (message: Start | Question | { usage: true }): Promise<unknown> => {
    if (running === undefined) {
      running = await start(message as Start)
      return running.ready
    }
    if (typeof message === 'object' && message !== null && 'usage' in message) {
      const { user, system } = process.cpuUsage()
      return { cpu_s: (user + system) / 1e6, rss: process.memoryUsage.rss() }
    }
    return running.answer(message as Question)
  }
  process.on('message', ({ id, question }: { id: number; question: never }) => {
    handle(question).then(
      (answer) => process.send?.({ id, answer: answer ?? null }),
      (error: Error) => process.send?.({ id, failure: error.stack ?? error.message }),
    )
  })
  process.on('disconnect', () => {
    void (running?.stop() ?? Promise.resolve()).then(() => process.exit(0))
  })
}

import { readConfig } from '../config.ts'
import { systemClock } from '../core/clock.ts'
import { type Program, startProgram } from '../server/program.ts'
import { createLog } from './log.ts'

/** `tallystick start`: runs the server until it is told to stop. */
export async function start(_args: string[]): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config.log_level)
  const program = await startProgram(config, log, systemClock)
  if (program.made_test_key !== undefined) {
    process.stdout.write(`Your test key, which is shown only once: ${program.made_test_key}\n`)
  }
  process.stdout.write(`Tallystick is ready at ${program.url}\n`)
  await untilStopped(program)
}

/** Waits for SIGINT, SIGTERM or the end of the bundled database, then stops cleanly. A second signal ends at once. */
export async function untilStopped(program: Pick<Program, 'died' | 'stop'>): Promise<void> {
  const signal = new Promise<undefined>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(130))
        resolve(undefined)
      })
    }
  })
  const reason = await Promise.race([signal, program.died])
  if (reason !== undefined) {
    process.stderr.write(`${reason}\n`)
    process.exitCode = 1
  }
  await program.stop()
}

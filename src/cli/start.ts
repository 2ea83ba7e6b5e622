import { readConfig, settingWarnings } from '../config.ts'
import { systemClock } from '../core/clock.ts'
import { startProgram } from '../server/program.ts'
import { createLog } from './log.ts'
import { portOption, readArguments, withPort } from './usage.ts'

/** `tallystick start`: runs the server until it is told to stop. */
export async function start(args: string[]): Promise<void> {
  const { values } = readArguments('start', args, portOption)
  const environment = withPort(process.env, values.port)
  const config = readConfig(environment)
  const log = createLog(config.log_level)
  for (const warning of settingWarnings(environment)) log.warn({}, warning)
  const program = await startProgram(config, log, systemClock)
  if (program.made_test_key !== undefined) {
    process.stdout.write(`Your test key, which is shown only once: ${program.made_test_key}\n`)
  }
  process.stdout.write(`Tallystick is ready at ${program.url}\n`)
  const { signal } = await untilStopped(program.died)
  // Without its database the server cannot answer anything.
  const drain_s = signal === undefined ? 0 : config.drain_s
  log.info({ signal, drain_s }, 'stopping')
  await program.stop(drain_s)
  log.info({}, 'stopped')
}

/** Waits for SIGINT, SIGTERM or the end of the bundled database, which is reported. A second signal ends the process at once. */
export async function untilStopped(died: Promise<string>): Promise<{ signal: string | undefined }> {
  const signal = new Promise<{ signal: string }>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(130))
        resolve({ signal: name })
      })
    }
  })
  const end = await Promise.race([signal, died])
  if (typeof end !== 'string') return end
  process.stderr.write(`${end}\n`)
  process.exitCode = 1
  return { signal: undefined }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An instruction of a Dockerfile, its continued lines joined, and the stage that it belongs to. */
export type Instruction = { stage: string; name: string; rest: string }

/** The instructions of the Dockerfile in their order. */
export function readDockerfile(): Instruction[] {
  const text = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  let stage = ''
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? []
      if (name === '') throw new Error(`not an instruction: ${line}`)
      if (name === 'FROM') stage = / AS (\S+)$/.exec(rest)?.[1] ?? ''
      return { stage, name, rest }
    })
}

/** The command by which Docker looks whether the server is well, as the arguments of a process. */
export function healthCheck(): string[] {
  const check = readDockerfile().find(({ name }) => name === 'HEALTHCHECK')
  return JSON.parse(/ CMD (\[.+\])$/.exec(check?.rest ?? '')?.[1] ?? '')
}

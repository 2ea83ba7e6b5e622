import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { newSigningSecret } from '../../webhooks/signing.ts'
import type { ApiPlace } from './api.ts'

/** What `listen` keeps between two runs: the secret it signs with, and after which event it goes on. */
export type ListenState = { secret: string; cursor?: string }

/** Where the state of this server and this key is kept: in the home directory, which the file names tell nothing of. */
function fileOf({ url, key }: ApiPlace): string {
  const name = createHash('sha256').update(`${url}\n${key}`).digest('hex').slice(0, 16)
  return join(homedir(), '.tallystick', `listen-${name}.json`)
}

/** Reads the state, or makes a new secret when there is none yet, or none that can be read. */
export async function readState(place: ApiPlace): Promise<ListenState> {
  try {
    const { secret, cursor } = JSON.parse(await readFile(fileOf(place), 'utf8'))
    if (/^whsec_[A-Za-z0-9+/=]+$/.test(secret)) return { secret, ...(typeof cursor === 'string' && { cursor }) }
  } catch (error) {
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { secret: newSigningSecret() }
}

/** Writes the state, readable by this user only, whole or not at all. */
export async function writeState(place: ApiPlace, state: ListenState): Promise<void> {
  const file = fileOf(place)
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

import { readFileSync } from 'node:fs'

/** The version of this program, from its package. */
export const version: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

/** The version of the API that new keys, endpoints and events carry. */
export const apiVersion = '2026-11-01'

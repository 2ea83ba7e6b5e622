#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { doesNotStart, findNode, isNewEnough, refuse } from './find-node.mjs'

if (isNewEnough) await import('../src/main.ts')
else runWith(findNode() || refuse())

/** Runs the same command with another Node, and ends as it ends. */
function runWith(node) {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  // In a group of its own: a Ctrl-C then reaches this process alone, which passes it on. Twice would be a second one.
  const child = spawn(node, args, { stdio: 'inherit', detached: process.platform !== 'win32' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', () => refuse(doesNotStart))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const one of signals) process.removeAllListeners(one)
    process.kill(process.pid, signal)
  })
}

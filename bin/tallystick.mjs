#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { doesNotStart, findNode, isNewEnough, refuse } from './find-node.mjs'

// A clone has the sources, which Node runs as they are. A package has them compiled: below node_modules Node refuses TypeScript.
const main = ['../src/main.ts', '../dist/main.js'].map((file) => new URL(file, import.meta.url)).find(existsSync)

if (isNewEnough) await import(main)
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

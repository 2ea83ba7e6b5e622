export { BundledServerError } from './errors.ts'
export { runningServer } from './running.ts'
export { type BundledServer, startBundledServer } from './server.ts'

export { BundledServerError } from './errors.ts'
export { hasDatabase } from './place.ts'
export { runningServer } from './running.ts'
export { type BundledServer, startBundledServer } from './server.ts'

import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// `npm run build`: the program as JavaScript, in `dist/`, for the package. Node runs the sources as they are everywhere but below a
// node_modules, where it refuses TypeScript. `npm run check` has looked at the types; here they are only removed.

const root = new URL('../', import.meta.url)
const source = fileURLToPath(new URL('src/', root))
const target = fileURLToPath(new URL('dist/', root))
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))

rmSync(target, { recursive: true, force: true })
execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json', '--noCheck'], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
})
// Everything that the program reads stands where it stood beside its module: statements, migrations, style sheets, examples.
cpSync(source, target, { recursive: true, filter: (file) => !/\.(ts|md)$/.test(file) })

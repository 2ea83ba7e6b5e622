import { writeFile } from 'node:fs/promises'
import { generatedFiles } from './generated.ts'

/** `npm run openapi`: writes every generated file, and prints its name. */
for (const [name, text] of Object.entries(await generatedFiles())) {
  await writeFile(new URL(`../${name}`, import.meta.url), text)
  process.stdout.write(`wrote ${name}\n`)
}

import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runTallystick } from '../support/command.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const root = resolve(import.meta.dirname, '../..')

// A folder outside of the repository, with the example in it, which finds Tallystick as an installed package does.
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
beforeAll(async () => {
  directory = await temporaryDirectory()
  await mkdir(join(directory.path, 'node_modules'))
  await symlink(root, join(directory.path, 'node_modules/tallystick'))
  await symlink(join(root, 'node_modules/zod'), join(directory.path, 'node_modules/zod'))
  await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
  for (const name of ['acme-pay.ts', 'fake.ts', 'under-test.ts']) {
    const text = await readFile(join(root, 'examples/acme-pay', name), 'utf8')
    await writeFile(join(directory.path, name), text.replaceAll("'../../src/", "'tallystick/src/"))
  }
})
afterAll(() => directory.remove())

const check = (...args: string[]) => runTallystick(['processor', 'check', ...args])
const written = async (name: string, text: string) => {
  const file = join(directory.path, name)
  await writeFile(file, text)
  return file
}

describe('tallystick processor check', () => {
  test('checks an adapter that lies outside of the repository, and exits 0 when no case failed', async () => {
    const { code, stdout, stderr } = await check(join(directory.path, 'under-test.ts'))
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^passed {10}open\.once {15}opened twice with one key it is one charge$/m)
    expect(stdout).toMatch(/^not applicable {2}find\.none .+ \(it has no find\)$/m)
    expect(stdout).toMatch(/\n59 passed, 0 failed, 21 not applicable\.\n$/)
  })

  test('runs the cases that --only names, says what it has expected and seen, and exits 1', async () => {
    const file = await written(
      'broken.ts',
      `import { processorUnderTest as good } from './under-test.ts'
const open = async (setting: Parameters<typeof good.open>[0]) => ({ ...(await good.open(setting)), page_origins: [] })
export const processorUnderTest = { ...good, open }\n`,
    )
    const { code, stdout } = await check(file, '--only', 'open.page, open.once')
    expect(code).toBe(1)
    expect(
      stdout.replaceAll(/:\d+/g, ':PORT'),
    ).toBe(`FAILED          open.page               its page is at one of its own origins, over https
                expected a page at none of its origins, for it names none; saw http://127.0.0.1:PORT
passed          open.once               opened twice with one key it is one charge
1 passed, 1 failed, 0 not applicable.
`)
  })

  test.each([
    ['a file that is not there', async () => ['none.ts'], /^none\.ts cannot be loaded: Cannot find module/],
    [
      'a file that exports something else',
      async () => [await written('other.ts', 'export const adapter = {}\n')],
      /other\.ts should export processorUnderTest, with kind, open and start\.$/m,
    ],
    [
      'a case that there is not',
      async () => [join(directory.path, 'under-test.ts'), '--only', 'opne'],
      /^There is no case that begins with opne\.$/m,
    ],
    ['no file', async () => [], /^tallystick processor check needs a FILE\. See tallystick processor check --help\.$/m],
  ])('%s is one line, and exit code 2', async (_what, args, line) => {
    const { code, stdout, stderr } = await check(...(await args()))
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
    expect(stderr).toMatch(line)
  })
})

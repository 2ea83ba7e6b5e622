import { afterEach, describe, expect, test, vi } from 'vitest'
import { runCommand } from '../../src/cli/commands.ts'
import { version } from '../../src/core/version.ts'

afterEach(() => {
  process.exitCode = undefined
  vi.restoreAllMocks()
})

/** Runs a command in this process: none of these gets as far as a database. */
async function runInside(args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text
      return true
    })
  }
  await runCommand(args)
  return { code: process.exitCode ?? 0, ...written }
}

describe('help', () => {
  test('of one command names each way of calling it, and nothing else', async () => {
    const asked = [
      ['keys', '--help'],
      ['help', 'keys'],
      ['--help', 'keys'],
      ['keys', 'roll', '-h'],
    ]
    const results = [] as Awaited<ReturnType<typeof runInside>>[]
    for (const args of asked) results.push(await runInside(args))
    for (const { code, stdout } of results) {
      expect(code).toBe(0)
      expect(stdout.match(/tallystick \w+ [\w-]+/g)).toEqual(
        ['list', 'create', 'roll', 'revoke', 'rotate-encryption'].map((verb) => `tallystick keys ${verb}`),
      )
    }
  })

  test('and the version are for whoever asks', async () => {
    expect(await runInside(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('a wrong call is one line that says what to type, and exit code 2', () => {
  test.each<[string, RegExp]>([
    ['strat', /^There is no command strat: did you mean start\? See tallystick --help\.\n$/],
    ['help verfy', /^There is no command verfy: did you mean verify\?/],
    ['nothing-like-it', /^There is no command nothing-like-it\. See tallystick --help\.\n$/],
    ['start extra', /^tallystick start does not take "extra"\. See tallystick start --help\.\n$/],
    ['start --prot 80', /^There is no option --prot: did you mean --port\?/],
    ['start -p 80', /^There is no option -p/],
    ['start --port', /^--port needs a value/],
    ['start --port --auto', /^--port needs a value/],
    ['start --port http', /^--port should be a number from 0 to 65535, not "http"/],
    ['demo --auto=yes', /^--auto takes no value/],
    ['demo --port 65536', /^--port should be a number/],
    ['migrate --grant tallystick', /^There is no option --grant/],
    ['distribute --shards many', /^--shards should be a number from 1 to 999, not "many"/],
    ['distribute --shards 0', /^--shards should be a number from 1 to 999/],
    ['distribute --check --shards 4', /^--check and --shards exclude each other/],
    ['verify now', /^tallystick verify does not take "now"/],
    ['merchants', /^tallystick merchants needs one of create\./],
    ['merchants create --name Acme', /^Usage: tallystick merchants create --name NAME --slug SLUG/],
    ['keys', /^tallystick keys needs one of list, create, roll, revoke, rotate-encryption\./],
    ['keys crate --mode test', /^There is no keys command crate: did you mean create\?/],
    ['keys create', /tallystick keys create --mode test\|live/],
    ['keys create --mode both', /tallystick keys create --mode test\|live/],
    ['keys create --mode test --expires soon', /^--expires should be a duration such as 30m, 24h or 90d, not "soon"/],
    ['keys create --mode test --expires 2027-02-30', /^--expires should be a duration such as 90d or a date/],
    ['keys create --mode test --expires 2020-01-01', /^--expires should be in the future/],
    ['keys create --mode test --expires 99999d', /^--expires should be a duration/],
    [
      'keys create --mode test --scopes reed,billing',
      /^There is no scope reed: did you mean read\? They are read, billing,/,
    ],
    ['keys create --mode test --scopes read --public', /^--public and --scopes exclude each other/],
    ['keys revoke', /^tallystick keys revoke needs a key/],
    ['keys revoke one other', /^tallystick keys revoke does not take "other"/],
    ['keys roll one --overlap 1y', /^--overlap should be a duration/],
  ])('%s', async (args, line) => {
    const { code, stdout, stderr } = await runInside(args.split(' '))
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2])
    expect(stderr).toMatch(line)
  })
})

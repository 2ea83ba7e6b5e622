import { parseArgs } from 'node:util'
import { positive } from './options.ts'
import { measureSpread, notMeasured } from './spread.ts'

const help = `Measures payments on tables that Citus has spread, beside a plain database at the same coordinator, in alternating slices. The
figure is the ratio of the two: where all machines of the Citus are one, what a payment costs there.

  --pairs N      pairs of slices (10)
  --slice-s S    the length of a slice in seconds (4)
  --shards N     the shards of the spread tables (two for each machine)
  --accounts N   the accounts that are paid on, each at random (2000)

CITUS_URL is the address of a superuser at the coordinator, in a database that knows the machines. Without it nothing is measured.
`

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    'slice-s': { type: 'string', default: '4' },
    shards: { type: 'string' },
    accounts: { type: 'string', default: '2000' },
    help: { type: 'boolean', default: false },
  },
})
const url = process.env.CITUS_URL
if (values.help) process.stdout.write(help)
else if (url === undefined) process.stderr.write(`${notMeasured}\n`)
else {
  await measureSpread(url, {
    pairs: positive(values.pairs, 'pairs'),
    slice_s: positive(values['slice-s'], 'slice-s'),
    shards: values.shards === undefined ? undefined : positive(values.shards, 'shards'),
    accounts: positive(values.accounts, 'accounts'),
  })
}

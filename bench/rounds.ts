import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from '../src/database/pool.ts'
import { databaseCpu } from './machine.ts'
import type { ContenderName } from './rows.ts'
import type { Contender } from './workloads/workload.ts'

/** What all slices of one contender gave. */
export type Measured = {
  name: ContenderName
  /** Operations per second, one for each round. */
  rates: number[]
  latencies_ms: number[]
  batches: number[]
  total: number
  errors: number
  error: string | undefined
  wal_bytes: number
  /** CPU seconds of PostgreSQL, and of the process that holds the product; undefined where they cannot be told. */
  database_cpu_s: number | undefined
  product_cpu_s: number | undefined
}

/** A contender with its name, and the CPU time of the product's process if that is another one than this. */
export type Named = { name: ContenderName; contender: Contender; productCpu?: (() => Promise<number>) | undefined }

/**
 * Measures the contenders in turn, one slice each, round after round, into `measured`. Every second round goes backwards, so that
 * what one leaves behind does not always fall to the same next one.
 */
export async function measureRounds(
  admin: Pool,
  contenders: Named[],
  rounds: number,
  sliceS: number,
  measured: Map<ContenderName, Measured>,
  say: (line: string) => void,
): Promise<void> {
  for (const { name } of contenders) measured.set(name, nothingYet(name))
  const databaseCpuS = (await databaseCpu(admin)) ?? (() => Number.NaN)
  for (let round = 1; round <= rounds; round++) {
    const turns = round % 2 === 1 ? contenders : contenders.toReversed()
    for (const { name, contender, productCpu = ownCpu } of turns) {
      const into = measured.get(name) as Measured
      const before = [await walBytes(admin), databaseCpuS(), await productCpu()] as const
      const sample = await contender.run(sliceS)
      into.wal_bytes += (await walBytes(admin)) - before[0]
      into.database_cpu_s = (into.database_cpu_s ?? 0) + databaseCpuS() - before[1]
      into.product_cpu_s = (into.product_cpu_s ?? 0) + (await productCpu()) - before[2]
      into.rates.push(sample.done / sample.seconds)
      into.total += sample.total
      into.errors += sample.errors
      into.error ??= sample.error
      for (const latency of sample.latencies_ms) into.latencies_ms.push(latency)
      for (const batch of sample.batches) into.batches.push(batch)
      say(`round ${round}  ${name.padEnd(26)} ${Math.round(sample.done / sample.seconds)}/s`)
      // What a slice leaves behind in the background should not fall into the next one.
      await delay(200)
    }
  }
}

function nothingYet(name: ContenderName): Measured {
  return {
    name,
    rates: [],
    latencies_ms: [],
    batches: [],
    total: 0,
    errors: 0,
    error: undefined,
    wal_bytes: 0,
    database_cpu_s: undefined,
    product_cpu_s: undefined,
  }
}

async function ownCpu(): Promise<number> {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function walBytes(admin: Pool): Promise<number> {
  const { rows } = await admin.query<{ bytes: string }>("select (pg_current_wal_lsn() - '0/0')::text as bytes")
  return Number(rows[0]?.bytes)
}

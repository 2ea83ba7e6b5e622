import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from '../src/database/pool.ts'
import { databaseCpu } from './machine.ts'
import type { WorkloadName } from './rows.ts'
import type { Workload } from './workloads/workload.ts'

/** The results of all slices of one workload. */
export type Measured = {
  name: WorkloadName
  /** Operations per second, one for each round. */
  rates: number[]
  latencies_ms: number[]
  batches: number[]
  total: number
  errors: number
  error: string | undefined
  wal_bytes: number
  /** CPU seconds of PostgreSQL, and of the product's process; undefined if nothing was measured. */
  database_cpu_s: number | undefined
  product_cpu_s: number | undefined
}

/** A workload with its name, and the CPU time of the product's process if it is not this process. */
export type Named = { name: WorkloadName; workload: Workload; productCpu?: (() => Promise<number>) | undefined }

/**
 * Measures the workloads in turn, one slice each, round after round, into `measured`. Every second round goes in the opposite
 * order, so that background work that a slice causes does not always disturb the same next workload.
 */
export async function measureRounds(
  admin: Pool,
  workloads: Named[],
  rounds: number,
  sliceS: number,
  measured: Map<WorkloadName, Measured>,
  say: (line: string) => void,
): Promise<void> {
  for (const { name } of workloads) measured.set(name, nothingYet(name))
  const databaseCpuS = (await databaseCpu(admin)) ?? (() => Number.NaN)
  for (let round = 1; round <= rounds; round++) {
    const turns = round % 2 === 1 ? workloads : workloads.toReversed()
    for (const { name, workload, productCpu = ownCpu } of turns) {
      const into = measured.get(name) as Measured
      const before = [await walBytes(admin), databaseCpuS(), await productCpu()] as const
      const sample = await workload.run(sliceS)
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
      // Gives background work that the slice has caused a moment to end before the next one.
      await delay(200)
    }
  }
}

function nothingYet(name: WorkloadName): Measured {
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

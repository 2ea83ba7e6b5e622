import { findMisfits } from './classify.ts'
import type { CatalogueSnapshot } from './snapshot.ts'

/** The tables cannot be distributed as things are. The message is one plain line: why, and what to do about it. */
export class DistributionError extends Error {
  override name = 'DistributionError'
}

const oldest = [12, 1] as const

/** Throws DistributionError when the tables must not be touched, for the first reason that there is. */
export function refuseUnfit(snapshot: CatalogueSnapshot): void {
  refuseWithoutCitus(snapshot)
  const foreign = snapshot.tables.filter(({ owned }) => !owned).map(({ name }) => name)
  if (foreign.length > 0) {
    throw new DistributionError(
      `The role of DATABASE_URL does not own ${foreign.slice(0, 3).join(', ')}: connect as the role that migrates.`,
    )
  }
  const serving = snapshot.server_roles.find(({ sessions }) => sessions > 0)
  if (serving) {
    throw new DistributionError(
      `${serving.role} has ${serving.sessions} other ${serving.sessions === 1 ? 'session' : 'sessions'} on this database: stop every server and command first.`,
    )
  }
  const misfits = findMisfits(snapshot)
  if (misfits.length > 0) {
    throw new DistributionError(`${misfits.join(' ')} Such a table cannot be distributed by customer.`)
  }
}

/** Throws DistributionError when the database has no Citus that can be used. */
export function refuseWithoutCitus({ citus }: CatalogueSnapshot): void {
  if (!citus) {
    throw new DistributionError(
      'This database has no Citus: install Citus 12.1 or newer for your PostgreSQL on every machine (docs.citusdata.com), name it first in shared_preload_libraries, restart, and run create extension citus here as a superuser.',
    )
  }
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(citus.version) ?? []).map((part) => Number.parseInt(part, 10))
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new DistributionError(
      `${citus.version} is too old: update Citus to 12.1 or newer on every machine, then alter extension citus update.`,
    )
  }
  if (citus.workers === 0) {
    throw new DistributionError(
      "Citus has no worker that takes shards: add each on the coordinator, select citus_add_node('HOST', PORT).",
    )
  }
}

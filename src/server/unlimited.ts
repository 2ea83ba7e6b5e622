const unlimited = new Set(['/healthz', '/readyz', '/processors/:processor/callbacks/:token'])

/**
 * Whether the pattern of a route is one that no limit holds up: health checks, and the calls of processors, which come in bursts from
 * few addresses and cost a row each.
 */
export function isUnlimited(route: string | undefined): boolean {
  return route !== undefined && unlimited.has(route)
}

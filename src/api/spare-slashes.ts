import { Problem } from '../core/problem.ts'

/** The path that was probably meant by one with a slash at its end or two in a row. */
export function withoutSpareSlashes(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`
}

/** The refusal of a path with a slash too many. It is never redirected: a client might send a POST again as a GET. */
export function spareSlashProblem(method: string, path: string): Problem {
  const detail = `There is nothing at ${method} ${path}: each slash is a part of the path.`
  return new Problem('not_found', `${detail} Send it to ${withoutSpareSlashes(path)}.`)
}

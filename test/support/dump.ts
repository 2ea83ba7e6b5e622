import type { TestDatabase } from './database.ts'

/** Every row of every table as text, with the table's name. */
export async function dump({ owner }: Pick<TestDatabase, 'owner'>): Promise<string[]> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
  )
  const lines: string[] = []
  for (const { name } of tables) {
    const { rows } = await owner.query<{ row: string }>(`select t::text as row from ${name} as t`)
    lines.push(...rows.map(({ row }) => `${name}: ${row}`))
  }
  return lines
}

/** The lines that hold one of the words. */
export function hits(lines: string[], words: string[]): string[] {
  return lines.filter((line) => words.some((word) => line.includes(word)))
}

import type { AppContext } from '../../context.ts'
import type { Connection } from '../../database/pool.ts'
import { transaction } from '../../database/transaction.ts'
import type { RenderedResponse } from '../response.ts'

/** Ends the transaction of a rehearsal, so that nothing of it is committed. */
class TakenBack extends Error {}

/**
 * Carries a change out and takes it back: so its refusal is that of the change itself, and nobody ever sees what it wrote. What it
 * would have made is not shown, since its id is of nothing. Throws what the change throws.
 */
export async function rehearse(
  { pool }: Pick<AppContext, 'pool'>,
  work: (connection: Connection) => Promise<unknown>,
): Promise<RenderedResponse> {
  try {
    await transaction(pool, async (connection) => {
      await work(connection)
      throw new TakenBack()
    })
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error
  }
  return { status: 201, body: 'null' }
}

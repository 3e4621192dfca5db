// A form whose act found fault with what was typed is shown again with it. Nothing of the attempt stays: the decision that it
// earned goes too, as it does where the whole request fails, so that no decision stands without an entry.
import type { Context, Reply } from './endpoint.ts'
import { Problem } from './problem.ts'

/**
 * @param again the form as it was filled in, with what is wrong
 * @param isOfForm which problems the form answers; the others fail the request
 */
export async function orAgain(
  { tx }: Pick<Context, 'tx'>,
  attempt: () => Promise<Reply>,
  again: (problem: Problem) => Promise<Reply>,
  isOfForm: (problem: Problem) => boolean = ({ code }) => code === 'input.invalid',
): Promise<Reply> {
  await tx.query('savepoint attempt')
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof Problem) || !isOfForm(error)) throw error
    await tx.query('rollback to savepoint attempt')
    return again(error)
  }
}

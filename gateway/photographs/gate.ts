// So many at a time: each upload holds its picture in memory, and a second connection for a moment while it holds its first.
import { Problem } from '../http/problem.ts'

export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** @throws {Problem} `upload.busy` where as many are under way already */
export function openGate(most: number): Gate {
  let underWay = 0
  return async (work) => {
    if (underWay >= most) throw new Problem('upload.busy', 'Nothing was kept. Send it again in a few seconds.') // prettier-ignore
    underWay += 1
    try {
      return await work()
    } finally {
      underWay -= 1
    }
  }
}

// The steps of verifying, each with its outcome and one plain sentence.

export interface Step {
  readonly name:
    'proof' | 'entry' | 'disclosure' | 'checkpoint' | 'signature' | 'witnesses' | 'time' | 'inclusion'
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly says: string
}

/** Runs one step; what it throws is its failure. */
export class Steps {
  readonly taken: Step[] = []

  async take<T>(name: Step['name'], work: () => Promise<[T, string]> | [T, string]): Promise<T | undefined> {
    try {
      const [value, says] = await work()
      this.taken.push({ name, outcome: 'passed', says })
      return value
    } catch (error) {
      this.taken.push({
        name,
        outcome: 'failed',
        says: error instanceof Error ? error.message : String(error),
      })
      return undefined
    }
  }

  skip(name: Step['name'], says: string): void {
    this.taken.push({ name, outcome: 'skipped', says })
  }
}

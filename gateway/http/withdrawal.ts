// Permission is looked at again while a download runs: when it is gone, or cannot be established, the stream stops.

/** Why a stream was stopped: the person, or what they were permitted, is not what it was. */
export class Withdrawn extends Error {
  constructor(options?: ErrorOptions) {
    super('What was permitted when the download began is not permitted any more.', options)
    this.name = 'Withdrawn'
  }
}

const everyMs = 2000

/**
 * Asks every two seconds, each time after the last answer, until it is stopped.
 *
 * @param stop aborted with a Withdrawn on the first no, and when the question fails
 * @returns ends the asking
 */
export function watchPermission(ask: () => Promise<boolean>, stop: AbortController): () => void {
  let timer: NodeJS.Timeout | undefined
  const again = () => {
    // An answer can come after the end.
    if (stop.signal.aborted) return
    timer = setTimeout(() => {
      ask().then(
        (isPermitted) => (isPermitted ? again() : stop.abort(new Withdrawn())),
        (cause: unknown) => stop.abort(new Withdrawn({ cause })),
      )
    }, everyMs)
  }
  again()
  stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  return () => {
    stop.abort()
  }
}

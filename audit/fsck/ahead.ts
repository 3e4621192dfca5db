// Reads ahead: up to so many pieces of work at once, their results in order. No Node API.

export async function* ahead<T, R>(
  atOnce: number,
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = []
  for (const item of items) {
    const started = work(item)
    // Its failure is told when its turn comes; it may never come.
    started.catch(() => undefined)
    running.push(started)
    const next = running.length >= atOnce ? running.shift() : undefined
    if (next !== undefined) yield await next
  }
  for (const rest of running) yield await rest
}

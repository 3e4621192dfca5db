// The permission of a running download is asked for again and again, and never once it has ended.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchPermission, Withdrawn } from '../../gateway/http/withdrawal.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('a no, and a question that fails, each stop it', async () => {
  for (const answer of [() => Promise.resolve(false), () => Promise.reject(new Error('no answer'))]) {
    const stop = new AbortController()
    watchPermission(answer, stop)
    await vi.advanceTimersByTimeAsync(2000)
    expect(stop.signal.reason).toBeInstanceOf(Withdrawn)
  }
})

test('an answer that comes after its end begins nothing anew', async () => {
  let asked = 0
  let answer: (isPermitted: boolean) => void = () => undefined
  const ask = () => {
    asked += 1
    return new Promise<boolean>((resolve) => (answer = resolve))
  }
  const end = watchPermission(ask, new AbortController())
  await vi.advanceTimersByTimeAsync(2000)
  answer(true)
  await vi.advanceTimersByTimeAsync(2000)
  expect(asked).toBe(2)
  end()
  answer(true)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked).toBe(2)
})

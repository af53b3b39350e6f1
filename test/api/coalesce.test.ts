import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { coalesce } from '../../api/plugins/coalesce.ts'

// A busy machine holds timers up, and would make other batches.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Time goes on until nobody waits for it. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync()
  return answer
}

const data = (message: string) => Object.assign(new Error(message), { code: '23505' })

describe('what arrives together', () => {
  it('is handled in one batch, each with its own result', async () => {
    const batches: number[] = []
    const double = coalesce<number, number>({
      run: async (items) => {
        batches.push(items.length)
        return items.map((item) => item * 2)
      },
      batchMax: 200,
      waitMs: 2,
      openMax: 4,
      waitingMax: 1000,
    })
    const results = await inTime(Promise.all(Array.from({ length: 30 }, (_, index) => double(index))))
    expect(results).toEqual(Array.from({ length: 30 }, (_, index) => index * 2))
    expect(batches).toEqual([30])
  })

  it('is shared out where it is more than a commit is worth', async () => {
    const batches: number[] = []
    const run = async (items: readonly number[]) => {
      batches.push(items.length)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return items
    }
    const echo = coalesce<number, number>({ run, batchMax: 200, waitMs: 2, openMax: 4, waitingMax: 1000 })
    await inTime(Promise.all(Array.from({ length: 200 }, (_, index) => echo(index))))
    expect(batches).toHaveLength(4)
    expect(Math.min(...batches)).toBeGreaterThanOrEqual(32)
  })

  it('stays in equal parts while those who are answered come again', async () => {
    const sizes: number[] = []
    const run = async (items: readonly number[]) => {
      sizes.push(items.length)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return items
    }
    const echo = coalesce<number, number>({ run, batchMax: 200, waitMs: 2, openMax: 2, waitingMax: 1000 })
    const caller = async (): Promise<void> => {
      for (let n = 0; n < 6; n += 1) await echo(n)
    }
    await inTime(Promise.all(Array.from({ length: 80 }, caller)))
    expect(sizes).toEqual(Array.from({ length: 12 }, () => 40))
  })

  it('waits for what it repeats, and lets others pass', async () => {
    const batches: string[][] = []
    const run = async (items: readonly string[]) => {
      batches.push([...items])
      await new Promise((resolve) => setTimeout(resolve, 10))
      return items
    }
    const keyOf = (item: string): string => item.slice(0, 1)
    const echo = coalesce<string, string>({ run, batchMax: 200, waitMs: 1, openMax: 2, waitingMax: 1000, keyOf })
    const first = echo('a1')
    await vi.advanceTimersByTimeAsync(5)
    const all = Promise.all([first, echo('a2'), echo('b1'), echo('b2')])
    expect(await inTime(all)).toEqual(['a1', 'a2', 'b1', 'b2'])
    expect(batches).toEqual([['a1'], ['b1', 'b2'], ['a2']])
  })

  it('is split where there is too much of it, and never more than so many batches run', async () => {
    let open = 0
    let most = 0
    const sizes: number[] = []
    const echo = coalesce<number, number>({
      run: async (items) => {
        open += 1
        most = Math.max(most, open)
        sizes.push(items.length)
        await new Promise((resolve) => setTimeout(resolve, 5))
        open -= 1
        return items
      },
      batchMax: 10,
      waitMs: 1,
      openMax: 2,
      waitingMax: 1000,
    })
    const results = await inTime(Promise.all(Array.from({ length: 95 }, (_, index) => echo(index))))
    expect(results.length).toBe(95)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(95)
    expect(Math.max(...sizes)).toBe(10)
    expect(most).toBe(2)
  })

  it('does not fail together over one bad item', async () => {
    const run = async (items: readonly number[]) => {
      if (items.includes(13)) throw data('13 is bad')
      return items
    }
    const echo = coalesce<number, number>({ run, batchMax: 200, waitMs: 1, openMax: 4, waitingMax: 1000 })
    const results = await inTime(Promise.allSettled(Array.from({ length: 20 }, (_, index) => echo(index))))
    expect(results.filter((result) => result.status === 'rejected').length).toBe(1)
    expect(results[13]?.status).toBe('rejected')
  })

  it('fails together when the database is away, without asking for each', async () => {
    let calls = 0
    const run = async (): Promise<number[]> => {
      calls += 1
      throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
    }
    const echo = coalesce<number, number>({ run, batchMax: 200, waitMs: 1, openMax: 4, waitingMax: 1000 })
    const results = await inTime(Promise.allSettled(Array.from({ length: 20 }, (_, index) => echo(index))))
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
    expect(calls).toBe(1)
  })

  it('is refused beyond what may wait', async () => {
    const never = new Promise<number[]>(() => undefined)
    const echo = coalesce<number, number>({ run: () => never, batchMax: 1, waitMs: 0, openMax: 1, waitingMax: 2 })
    void echo(1)
    void echo(2)
    await vi.advanceTimersByTimeAsync(10)
    void echo(3)
    void echo(4).catch(() => undefined)
    await expect(echo(5)).rejects.toMatchObject({ code: 'overloaded' })
  })
})

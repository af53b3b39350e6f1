import { ApplicationFailure } from '@temporalio/activity'
import { describe, expect, it, test } from 'vitest'
import { translateProblems } from '../../activities/failures.ts'
import { Problem, type ProblemCode } from '../../domain/problem.ts'

async function failureOf(thrown: unknown): Promise<ApplicationFailure> {
  try {
    // What a driver throws is not always an Error.
    await translateProblems(() => Promise.reject(thrown as Error))
  } catch (error) {
    if (error instanceof ApplicationFailure) return error
  }
  throw new Error('it is translated')
}

describe('a refusal', () => {
  test.each<[ProblemCode, boolean]>([
    ['unknown-participant', true],
    ['unknown-programme', true],
    ['unknown-gateway', true],
    ['life-closed', true],
    ['conflict', false],
    ['not-ready', false],
  ])('%s: ends the call for good: %s', async (code, isFinal) => {
    const failure = await failureOf(new Problem(code, 'Siti Aminah is not here', { extra: { ref: 'X' } }))
    expect(failure.type).toBe(code)
    expect(failure.nonRetryable).toBe(isFinal)
  })

  it('carries its code and never a value of a person', async () => {
    const failure = await failureOf(new Problem('unknown-participant', 'Siti Aminah is not here'))
    expect(JSON.stringify(failure) + failure.message).not.toContain('Siti')
  })
})

describe('a fault', () => {
  it('is tried again, and tells its name and code only: a driver may quote a row', async () => {
    const driver = Object.assign(new Error('duplicate key (national_id)=(3204101708910001)'), { code: '23505' })
    const failure = await failureOf(driver)
    expect(failure).toMatchObject({ type: 'Fault', message: 'Error 23505', nonRetryable: false })
    expect(JSON.stringify(failure)).not.toContain('3204101708910001')
  })

  it('of any shape is one', async () => {
    expect(await failureOf('text')).toMatchObject({ type: 'Fault', message: 'fault' })
    expect(await failureOf(new RangeError('x'))).toMatchObject({ message: 'RangeError' })
  })
})

it('an effect that succeeds is handed through', async () => {
  expect(await translateProblems(() => Promise.resolve(7))).toBe(7)
})

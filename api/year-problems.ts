/** Refusals around the end of a fiscal year. */
import type { ProblemCode } from '../domain/problem.ts'
import type { ProblemEntry } from './problem-entry.ts'

export const YEAR_PROBLEMS = {
  'year-ending': {
    status: 409,
    title: 'The fiscal year ends',
    means: 'It is being closed, or is closed: nobody is promised anything from it, and it ends only once.',
    remedy: 'Use the next fiscal year; `GET /v1/programmes/{programme}/year-ends` tells how far its end has come.',
  },
  'year-not-over': {
    status: 409,
    title: 'The fiscal year is not over',
    means: 'A fiscal year may end from the first day of its last month on, in the zone of the programme.',
    remedy: 'Wait, or name the year that is meant.',
  },
  'next-year-missing': {
    status: 409,
    title: 'The next fiscal year has no appropriation',
    means: 'Something is open in the year that is to end, and there is nothing that could take it over.',
    remedy: 'Set the appropriation of the next fiscal year for the same budget line, then propose it again.',
  },
} satisfies Partial<Record<ProblemCode, ProblemEntry>>

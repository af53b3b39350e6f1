/** Refusals around payout runs. */
import type { ProblemCode } from '../domain/problem.ts'
import type { ProblemEntry } from './problem-entry.ts'

export const RUN_PROBLEMS = {
  'nothing-owed': {
    status: 409,
    title: 'Nothing can be collected',
    means: 'Nothing that is due by the cut-off could be paid now and is on no open run.',
    remedy: 'Wait until something is due; who is held, frozen or without a usable account is on no run.',
  },
  'release-automatic': {
    status: 409,
    title: 'The programme pays by itself',
    means: 'No version of it asks for approval, so that nothing is left to be collected.',
    remedy: 'Publish a version with `release: approved`, if people are to agree first.',
  },
  'run-not-open': {
    status: 409,
    title: 'The run stands otherwise',
    means: 'From where the run stands this step cannot be taken: it is not approved, or has ended.',
    remedy: 'Look at the run. What is owed and on no open run is collected anew.',
  },
  'run-changed': {
    status: 409,
    title: 'The run is not what was put forward',
    means: 'Its hash, its sum or its proposal is another than the one that people were shown.',
    remedy: 'Look at the run and propose what is there; where a line was changed past its guards, ask why first.',
  },
  'run-needs-more': {
    status: 409,
    title: 'More people must agree',
    means: 'With the runs approved today meanwhile, the day comes to an amount that asks for more people.',
    remedy: 'Propose the run again.',
  },
} satisfies Partial<Record<ProblemCode, ProblemEntry>>

/** The rules of payout runs in a programme: what is refused, and where. */
import { expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { parseProgramme } from '../../programmes/parse.ts'

const source = readFileSync(new URL('../../programmes/demo-approved.json', import.meta.url), 'utf8')
type Json = Record<string, any>

function faultsOf(change: (payment: Json, runs: Json) => void): string[] {
  const programme = JSON.parse(source) as Json
  change(programme['payment'], programme['payment'].runs)
  const parsed = parseProgramme(programme)
  return parsed.ok ? [] : parsed.faults.map((fault) => `${fault.pointer} ${fault.detail}`)
}

it('the example is sound', () => {
  expect(faultsOf(() => undefined)).toEqual([])
})

it.each<[string, (payment: Json, runs: Json) => void, string]>([
  ['another kind of release', (p) => (p['release'] = 'by hand'), '/payment/release must be one of automatic, approved'],
  ['approval without rules', (p) => delete p['runs'], '/payment/runs is missing: release is approved'],
  [
    'rules nobody asks for',
    (p) => (p['release'] = 'automatic'),
    '/payment/runs must not be given: release is automatic',
  ],
  ['no steps', (_, r) => (r['approvals'] = []), '/payment/runs/approvals must not have fewer than 1 items'],
  [
    'nobody to approve',
    (_, r) => (r['approvals'][0].approvers = 0),
    '/payment/runs/approvals/0/approvers must be >= 1',
  ],
  ['a float limit', (_, r) => (r['approvals'][0].upTo = 1.5), '/payment/runs/approvals/0/upTo must be string'],
  ['a step without a limit', (_, r) => delete r['approvals'][0].upTo, '/payment/runs/approvals/0/upTo is missing'],
  [
    'a limit at the end',
    (_, r) => (r['approvals'][2].upTo = '9000000000000'),
    '/payment/runs/approvals/2/upTo must not be given: the last step has no limit',
  ],
  [
    'steps that fall',
    (_, r) => (r['approvals'][1].upTo = '1'),
    '/payment/runs/approvals/1/upTo must be more than that of the step before',
  ],
  [
    'fewer people for more money',
    (_, r) => (r['approvals'][1].approvers = 3),
    '/payment/runs/approvals/2/approvers must not be fewer than in the step before',
  ],
  [
    'no releaser for more money',
    (_, r) =>
      Object.assign(r['approvals'][1], { releaser: true }) && Object.assign(r['approvals'][2], { releaser: false }),
    '/payment/runs/approvals/2/releaser must stay true: the step before has one',
  ],
  [
    'an approval of no time',
    (_, r) => (r['approvedFor'] = 'PT0S'),
    '/payment/runs/approvedFor must be an ISO 8601 duration',
  ],
  ['a canary of nobody', (_, r) => (r['canary'].lines = 0), '/payment/runs/canary/lines must be >= 1'],
  ['a priority without end', (_, r) => (r['priority'] = 10), '/payment/runs/priority must be <= 9'],
  ['a cut-off that is no time', (_, r) => (r['cutOff'] = '5 pm'), '/payment/runs/cutOff must be a time HH:MM'],
  ['an unknown field', (_, r) => (r['speed'] = 1), '/payment/runs/speed is an unknown field'],
])('%s is refused', (_, change, fault) => {
  expect(faultsOf(change).filter((found) => found.startsWith(fault))).toHaveLength(1)
})

it('one fault hides no other', () => {
  const faults = faultsOf((payment) => {
    payment['gateways'] = []
    delete payment['runs']
  })
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['/notes/3/at', '/payment/gateways', '/payment/runs'])
})

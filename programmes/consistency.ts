/** What must hold between the parts of a programme definition. */
import { deadlineKind, parseDuration, roughDays } from '../domain/duration.ts'
import { cashIncrement } from '../domain/money.ts'
import type { Fault } from '../domain/problem.ts'
import { AID, OCCUPATIONS } from '../domain/registration.ts'

/** Reads a part of the definition; undefined when it, something above it or something inside it is not of the right shape. */
type Read = <T>(pointer: string) => T | undefined

/**
 * Faults between the parts. `unsound` are the pointers with faults of shape: what they touch is not looked at, everything else
 * is, so that one wrong field hides no other fault.
 */
export function consistencyFaults(value: unknown, unsound: ReadonlySet<string>): Fault[] {
  const read: Read = <T>(pointer: string) =>
    touches(pointer, unsound) ? undefined : (resolve(value, pointer) as T | undefined)
  const counted = (pointer: string) => {
    const list = resolve(value, pointer)
    return Array.isArray(list) ? list.map((_, index) => `${pointer}/${index}`) : []
  }
  const tranches = counted('/tranches')
  const courses = counted('/training/courses')
  return [
    ...calendarFaults(read),
    ...eligibilityFaults(read, counted('/eligibility')),
    ...repeated(read, counted('/notes'), '/at'),
    ...counted('/notes').flatMap((note) => noteFaults(read, value, note)),
    ...repeated(read, courses, '/code'),
    ...courses.flatMap((course) => courseFaults(read, course)),
    ...trainingFaults(read),
    ...repeated(read, tranches, '/code'),
    ...repeated(read, tranches, '/trigger/survey'),
    ...spendFaults(read, tranches),
    ...feeFaults(read, counted('/payment/fees')),
    ...nameFaults(read),
    ...runFaults(read, value, counted('/payment/runs/approvals')),
    ...tranches.flatMap((tranche, position) => [
      ...amountFaults(read, tranche),
      ...triggerFaults(read, tranches, position),
    ]),
  ]
}

/** A note about a value that is not there misleads whoever checks the rules. */
function noteFaults(read: Read, value: unknown, note: string): Fault[] {
  const at = read<string>(`${note}/at`)
  if (at === undefined || resolve(value, at) !== undefined) return []
  return [{ pointer: `${note}/at`, detail: `names no value of this programme: ${at}` }]
}

function calendarFaults(read: Read): Fault[] {
  const faults: Fault[] = []
  if (read('/calendar/kind') !== 'working-days') return faults
  if (read<readonly number[]>('/calendar/weekdays')?.length === 0) {
    faults.push({ pointer: '/calendar/weekdays', detail: 'must name at least one weekday' })
  }
  const opens = read<string>('/calendar/opens')
  const cutOff = read<string>('/calendar/cutOff')
  if (opens !== undefined && cutOff !== undefined && opens >= cutOff) {
    faults.push({ pointer: '/calendar/cutOff', detail: 'must be later than opens' })
  }
  return faults
}

function eligibilityFaults(read: Read, rules: readonly string[]): Fault[] {
  const faults = repeated(read, rules, '/kind')
  for (const rule of rules) {
    const [min, max] = [read<number>(`${rule}/min`), read<number | null>(`${rule}/max`)]
    if (typeof min === 'number' && typeof max === 'number' && max < min) {
      faults.push({ pointer: `${rule}/max`, detail: 'must not be below min' })
    }
    faults.push(...unknownCodes(read, `${rule}/occupations`, OCCUPATIONS), ...unknownCodes(read, `${rule}/aid`, AID))
  }
  return faults
}

/** A misspelt code would never match anybody: a rule that is there and does nothing. */
function unknownCodes(read: Read, pointer: string, known: readonly string[]): Fault[] {
  return (read<readonly string[]>(pointer) ?? []).flatMap((code, index) =>
    known.includes(code) ? [] : [{ pointer: `${pointer}/${index}`, detail: `must be one of ${known.join(', ')}` }],
  )
}

function trainingFaults(read: Read): Fault[] {
  const first = read<string>('/training/firstPurchaseWithin')
  const complete = read<string>('/training/completeWithin')
  if (first === undefined || complete === undefined || !isLonger(first, complete)) return []
  return [{ pointer: '/training/completeWithin', detail: 'must not end before firstPurchaseWithin' }]
}

/** Only deadlines of one kind can be compared without knowing when somebody is admitted. */
function isLonger(first: string, second: string): boolean {
  const [a, b] = [parseDuration(first), parseDuration(second)]
  if (a.ok && b.ok) return roughDays(a.duration) > roughDays(b.duration)
  return deadlineKind(first) === 'date-time' && deadlineKind(second) === 'date-time' && first > second
}

function courseFaults(read: Read, course: string): Fault[] {
  const hours = read<number>(`${course}/hours`)
  const least = read<number>('/training/minimumHours')
  if (hours === undefined || least === undefined || hours >= least) return []
  return [{ pointer: `${course}/hours`, detail: `must be at least ${least} hours (minimumHours)` }]
}

function amountFaults(read: Read, tranche: string): Fault[] {
  const amount = read<string>(`${tranche}/amount`)
  const currency = read<string>('/currency')
  if (amount === undefined) return []
  if (amount === '0') return [{ pointer: `${tranche}/amount`, detail: 'must be more than nothing' }]
  if (currency === undefined || BigInt(amount) % cashIncrement(currency) === 0n) return []
  return [{ pointer: `${tranche}/amount`, detail: 'must be whole rupiah: banks move no sen' }]
}

/** A band that one payment alone leaves would freeze the programme at once. */
function spendFaults(read: Read, tranches: readonly string[]): Fault[] {
  const pointer = '/payment/spendPerHour'
  const [min, max] = [read<string>(`${pointer}/min`), read<string>(`${pointer}/max`)]
  if (max === undefined) return []
  if (min !== undefined && BigInt(min) > BigInt(max)) {
    return [{ pointer: `${pointer}/min`, detail: 'must not be more than max' }]
  }
  const largest = tranches.find((tranche) => BigInt(read<string>(`${tranche}/amount`) ?? '0') > BigInt(max))
  return largest === undefined ? [] : [{ pointer: `${pointer}/max`, detail: `must be enough for ${largest}` }]
}

/** A fee is of a gateway that the programme pays through, and each kind of account has one. */
function feeFaults(read: Read, fees: readonly string[]): Fault[] {
  const gateways = read<readonly string[]>('/payment/gateways')
  const seen = new Set<string>()
  return fees.flatMap((fee) => {
    const rule = read<{ gateway: string; channel?: string; amount: string }>(fee)
    if (!rule) return []
    const name = `${rule.gateway} ${rule.channel ?? 'any'}`
    const faults: Fault[] = []
    if (gateways && !gateways.includes(rule.gateway))
      faults.push({ pointer: `${fee}/gateway`, detail: 'is none of the programme’s gateways' })
    if (rule.amount === '0') faults.push({ pointer: `${fee}/amount`, detail: 'must be more than nothing' })
    if (seen.has(name)) faults.push({ pointer: fee, detail: 'is said twice' })
    seen.add(name)
    return faults
  })
}

/** People cannot look at what is taken already. */
function nameFaults(read: Read): Fault[] {
  const pointer = '/payment/accounts/names'
  const [accept, review] = [read<number>(`${pointer}/accept`), read<number>(`${pointer}/review`)]
  if (accept === undefined || review === undefined || review <= accept) return []
  return [{ pointer: `${pointer}/review`, detail: 'must not be more than accept' }]
}

/** Without rules nothing could be approved; with rules that nobody asks for, they would look as if somebody did. */
function runFaults(read: Read, value: unknown, steps: readonly string[]): Fault[] {
  const pointer = '/payment/runs'
  const [release, runs] = [read<string>('/payment/release'), resolve(value, pointer)]
  if (release === 'automatic' && runs !== undefined) {
    return [{ pointer, detail: 'must not be given: release is automatic' }]
  }
  if (release === 'approved' && runs === undefined) {
    return [{ pointer, detail: 'is missing: release is approved' }]
  }
  return steps.flatMap((step, position) => stepFaults(read, steps, step, position))
}

/** Steps rise in amount, and never ask for less than the one before. */
function stepFaults(read: Read, steps: readonly string[], step: string, position: number): Fault[] {
  const isLast = position === steps.length - 1
  const upTo = read<string>(`${step}/upTo`)
  const pointer = `${step}/upTo`
  if (read(step) !== undefined && isLast !== (upTo === undefined)) {
    return [{ pointer, detail: isLast ? 'must not be given: the last step has no limit' : 'is missing' }]
  }
  const before = steps[position - 1]
  if (before === undefined) return []
  const limit = read<string>(`${before}/upTo`)
  if (limit !== undefined && upTo !== undefined && BigInt(upTo) <= BigInt(limit)) {
    return [{ pointer, detail: 'must be more than that of the step before' }]
  }
  const [more, less] = [read<number>(`${step}/approvers`), read<number>(`${before}/approvers`)]
  if (more !== undefined && less !== undefined && more < less) {
    return [{ pointer: `${step}/approvers`, detail: 'must not be fewer than in the step before' }]
  }
  const isFreed = read(`${before}/releaser`) === true && read(`${step}/releaser`) === false
  return isFreed ? [{ pointer: `${step}/releaser`, detail: 'must stay true: the step before has one' }] : []
}

function triggerFaults(read: Read, tranches: readonly string[], position: number): Fault[] {
  const here = tranches[position] ?? ''
  const named = namedBy(read, here)
  if (named === undefined) return []
  const pointer = `${here}/trigger/tranche`
  const target = tranches.findIndex((tranche) => read(`${tranche}/code`) === named)
  // One that has a malformed code may be the one that is meant.
  if (target === -1 && tranches.some((tranche) => read(`${tranche}/code`) === undefined)) return []
  if (target === -1) return [{ pointer, detail: `names no tranche of this programme: ${named}` }]
  if (target < position) return []
  if (waitsForItself(read, tranches, here)) return [{ pointer, detail: `waits in a circle: ${named} is never due` }]
  return [{ pointer, detail: `must name an earlier tranche: ${named} comes later` }]
}

function waitsForItself(read: Read, tranches: readonly string[], start: string): boolean {
  let at: string | undefined = start
  for (let steps = 0; steps < tranches.length && at !== undefined; steps += 1) {
    const named: string | undefined = namedBy(read, at)
    at = named === undefined ? undefined : tranches.find((tranche) => read(`${tranche}/code`) === named)
    if (at === start) return true
  }
  return false
}

function namedBy(read: Read, tranche: string): string | undefined {
  return read<string>(`${tranche}/trigger/tranche`)
}

function repeated(read: Read, items: readonly string[], field: string): Fault[] {
  const seen = new Map<unknown, string>()
  return items.flatMap((item) => {
    const value = read(item + field)
    const first = seen.get(value)
    if (value === undefined) return []
    if (first !== undefined) return [{ pointer: item + field, detail: `is already used at ${first}${field}` }]
    seen.set(value, item)
    return []
  })
}

function touches(pointer: string, unsound: ReadonlySet<string>): boolean {
  for (const wrong of unsound) {
    if (wrong === pointer || wrong.startsWith(`${pointer}/`) || pointer.startsWith(`${wrong}/`)) return true
  }
  return false
}

function resolve(value: unknown, pointer: string): unknown {
  let at = value
  for (const step of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at
}

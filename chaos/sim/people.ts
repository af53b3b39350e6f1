/** Participants, operators and the treasury of a simulated world, each acting when the dice say so. */
import { payoutKey } from '../../domain/identity.ts'
import type { AccountDetails } from '../../domain/registration.ts'
import type { Host } from './hosts.ts'
import type { Provider } from './provider.ts'
import { disbursementOf } from './rows.ts'
import { DAY, FAULTS_END, HOUR, MINUTE, SECOND, START, type Setting } from './setting.ts'
import type { SimDesk } from './store-desk.ts'

const PEOPLE = { least: 13, most: 17 }
/** Below this a world proves little: more people come until there are so many. */
export const PAYOUTS_MIN = 60
/** The decree asks for more than the programme may spend: so many are left without a place. */
const WITHOUT_MONEY = 4
const WAVE = 8
const TOP_UPS = 60
/**
 * From some day on it is counted what has been paid and what of those who are here is still to come, some of which never will: where
 * that is too little, more money and more people come. Once nothing goes wrong any more, only what has been paid counts.
 */
const COUNTED = { firstMs: 2 * DAY, everyMs: 0.5 * DAY, calmEveryMs: 2 * DAY, lastMs: 20 * DAY }
const PAYOUTS_EACH = 2
const STILL_TO_COME = 0.9

export class People {
  readonly #setting: Setting
  readonly #desk: SimDesk
  readonly #api: Host
  readonly #provider: Provider
  /** How many have come so far. */
  #came: number
  #counts = 0
  #links = 0

  constructor(setting: Setting, desk: SimDesk, api: Host, provider: Provider) {
    this.#setting = setting
    this.#desk = desk
    this.#api = api
    this.#provider = provider
    this.#came = setting.random.between(PEOPLE.least, PEOPLE.most)
  }

  begin(): void {
    const { clock, rows } = this.#setting
    const first = refsOf(0, this.#came)
    rows.transactions.run(() => {
      this.#desk.open(this.#entitlement * BigInt(first.length - WITHOUT_MONEY), this.#provider.balance)
    })
    this.#come(first)
    clock.after(COUNTED.firstMs, () => this.#count())
    for (let number = 1; number <= TOP_UPS; number += 1) clock.after(number * 8 * HOUR, () => this.#topUp(number))
  }

  get #entitlement(): bigint {
    return this.#setting.programme.tranches.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
  }

  #come(refs: readonly string[]): void {
    const { clock, random, rows } = this.#setting
    rows.transactions.run(() => {
      for (const ref of refs) this.#desk.register(ref, this.#account(ref))
    })
    for (let from = 0; from < refs.length; from += WAVE) {
      const wave = refs.slice(from, from + WAVE)
      clock.after(random.between(0, HOUR), () => this.#admit(wave))
    }
    for (const ref of refs) this.#live(ref)
  }

  /** Where too little happens the programme is given more to spend, and people who may have it. */
  #count(): void {
    const { clock, rows } = this.#setting
    const isCalm = clock.nowMs >= FAULTS_END
    const expected = rows.payouts.size + (isCalm ? 0 : STILL_TO_COME * this.#stillToCome())
    const missing = Math.ceil((PAYOUTS_MIN - expected) / PAYOUTS_EACH)
    this.#counts += 1
    if (missing > 0) {
      const coming = refsOf(this.#came, missing)
      this.#came += missing
      rows.transactions.run(() => this.#desk.appropriate(this.#entitlement * BigInt(missing), this.#counts + 1))
      this.#come(coming)
    }
    if (isCalm && rows.payouts.size >= PAYOUTS_MIN) return
    const nextMs = clock.nowMs + (isCalm ? COUNTED.calmEveryMs : COUNTED.everyMs)
    if (nextMs < START + COUNTED.lastMs) clock.at(nextMs, () => this.#count())
  }

  /** Tranches of lives that go on of which nothing has been paid yet. */
  #stillToCome(): number {
    const { rows } = this.#setting
    let count = 0
    for (const { ref, stage, withdrawn, tranches } of rows.people.all()) {
      if (stage === 'closed' || withdrawn) continue
      for (const { code } of tranches) if (!rows.payouts.find(payoutKey(disbursementOf(ref, code), 1))) count += 1
    }
    return count
  }

  /** An operator admits a list, again until it is answered, and sometimes once more. */
  #admit(refs: readonly string[]): void {
    const { clock, faults, random } = this.#setting
    const isTwice = faults.strikes('admitted-twice')
    const tries = isTwice ? 2 : 1
    for (let time = 0; time < tries; time += 1) {
      clock.after(random.between(0, MINUTE), () =>
        this.#act('admit', () => {
          if (this.#desk.admit(refs, clock.nowMs)) return
          faults.hit('over-budget-asked')
          // There is money for a part of the list.
          for (const ref of refs) this.#desk.admit([ref], clock.nowMs)
        }),
      )
    }
  }

  /** Something that a person asks of the API, until it is answered. */
  #act(what: string, work: () => void): void {
    const { clock, random } = this.#setting
    let isDone = false
    clock.after(MINUTE + random.between(0, 5 * SECOND), () => {
      if (!isDone) this.#act(what, work)
    })
    if (!this.#api.isUp) return
    this.#api
      .begin()
      .transaction(what, work)
      .then(() => {
        isDone = true
      })
      .catch((error: unknown) => this.#setting.failed(what, error))
  }

  /** Some times a day a person may look at how things stand with them. */
  #live(ref: string): void {
    const { clock, random } = this.#setting
    const most = clock.nowMs < FAULTS_END ? 18 * HOUR : 3 * DAY
    clock.after(random.between(HOUR, most), () => {
      if (clock.nowMs > FAULTS_END + 20 * DAY) return
      this.#look(ref)
      this.#live(ref)
    })
  }

  #look(ref: string): void {
    const { faults, rows, random, clock } = this.#setting
    const person = rows.people.get(ref)
    // Once the faults are over nobody is left waiting by chance: what has not come to its end then is a finding.
    const isCalm = clock.nowMs > FAULTS_END
    if (person.held && (isCalm || random.chance(0.5))) this.#act('release', () => this.#desk.release(ref))
    else if (!person.held && faults.strikes('put-on-hold')) this.#act('hold', () => this.#desk.hold(ref, clock.nowMs))
    if (faults.strikes('withdrawn')) this.#act('withdraw', () => this.#desk.withdraw(ref))
    const needsAccount = person.tranches.some(({ code }) => {
      const state = rows.disbursements.find(disbursementOf(ref, code))?.state
      return state === 'needs-account' || state === 'failed'
    })
    const isChange = needsAccount ? isCalm || random.chance(0.6) : faults.strikes('account-changed')
    if (isChange) {
      const account = this.#account(ref)
      this.#act('link', () => this.#desk.link(ref, account, clock.nowMs))
    }
  }

  /** Its last digits tell the judge whose it is. */
  #account(ref: string): AccountDetails {
    this.#links += 1
    const isMalformed = this.#setting.faults.strikes('account-malformed')
    const number = `77${String(this.#links).padStart(4, '0')}${ref.slice(-6)}`
    return { kind: 'bank', institution: 'ID.BNI', number: isMalformed ? `X${number}` : number, holder: 'SITI AMINAH' }
  }

  /** The treasury tops up what has run short, and books it. */
  #topUp(number: number): void {
    const { programme } = this.#setting
    const amount = BigInt(programme.tranches[0]?.amount ?? 1) * 20n
    if (this.#provider.balance > amount) return
    this.#act(`fund ${number}`, () => {
      if (this.#setting.rows.books.has(`funding:${number}`, 'funded')) return
      this.#desk.fund(String(number), amount)
      this.#provider.balance += amount
    })
  }
}

/** So many people, from the one with that number on. */
function refsOf(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `SIM0000${String(first + index + 1).padStart(6, '0')}`)
}

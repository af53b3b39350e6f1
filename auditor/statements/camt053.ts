/** ISO 20022 camt.053: the few elements of it that say what moved. Nothing from outside the document is ever read. */
import { SaxesParser } from 'saxes'
import { datesIn } from '../time.ts'
import { counted, decoded, Unreadable, type Told, type ToldLine } from './statement.ts'

/** What an element says, by where it stands below its entry, or below the statement. */
type Said = Map<string, string>

/** What others have put into the document, in names of their own. */
const ASIDE = 'SplmtryData'

/** Reads a document as it comes; times without an offset are those of the zone. Throws Unreadable. */
export async function* readCamt053(bytes: AsyncIterable<Uint8Array>, zone: string): AsyncGenerator<Told> {
  const reader = new Reader(zone)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of bytes) {
    reader.write(decoded(decoder, chunk))
    yield* reader.take()
  }
  reader.close()
  yield* reader.take()
}

class Reader {
  readonly #parser = new SaxesParser()
  readonly #way: string[] = []
  #said: Said = new Map()
  readonly #statement: Said = new Map()
  #balance: Said | undefined
  readonly #balances = new Map<string, bigint | null>()
  #told: Told[] = []
  #text = ''
  #isHeadTold = false
  readonly #dates: ReturnType<typeof datesIn>

  constructor(zone: string) {
    this.#dates = datesIn(zone)
    this.#parser.on('doctype', () => {
      throw new Unreadable('it declares a document type')
    })
    this.#parser.on('error', (error) => {
      throw new Unreadable(error.message)
    })
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(local(name), attributes as Record<string, string>))
    this.#parser.on('text', (text) => {
      this.#text += text
    })
    this.#parser.on('cdata', (text) => {
      this.#text += text
    })
    this.#parser.on('closetag', ({ name }) => this.#close(local(name)))
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  close(): void {
    this.#parser.close()
    this.#head()
    const count = counted(this.#statement.get('TxsSummry/TtlNtries/NbOfNtries'))
    const closing = this.#balances.get('CLBD') ?? null
    this.#told.push({ kind: 'end', closing, count })
  }

  take(): Told[] {
    const told = this.#told
    this.#told = []
    return told
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#way.push(name)
    this.#text = ''
    if (this.#way.includes(ASIDE)) return
    if (name === 'Ntry') {
      this.#head()
      this.#said = new Map()
    }
    if (name === 'Bal') this.#balance = new Map()
    if (name === 'Amt' && attributes['Ccy'] !== undefined) this.#say(`${this.#place()}@Ccy`, attributes['Ccy'])
  }

  #close(name: string): void {
    const text = this.#text.trim()
    const isAside = this.#way.includes(ASIDE)
    if (text !== '' && !isAside) this.#say(this.#place(), text)
    this.#text = ''
    this.#way.pop()
    if (isAside) return
    if (name === 'Bal' && this.#balance) {
      const of = this.#balance
      const size = minorOf(of.get('Amt'))
      const isOwed = of.get('CdtDbtInd') === 'DBIT'
      this.#balances.set(of.get('Tp/CdOrPrtry/Cd') ?? '', size === null ? null : isOwed ? -size : size)
      this.#balance = undefined
    }
    if (name === 'Ntry') this.#told.push(lineOf(this.#said, this.#dates))
  }

  /** Where an element stands below its entry, balance or statement. */
  #place(): string {
    const root = Math.max(this.#way.indexOf('Ntry'), this.#way.indexOf('Bal'), this.#way.indexOf('Stmt'))
    return this.#way.slice(root + 1).join('/')
  }

  #say(place: string, text: string): void {
    if (this.#way.includes('Ntry')) this.#said.set(place, text)
    else if (this.#balance) this.#balance.set(place, text)
    else this.#statement.set(place, text)
  }

  #head(): void {
    if (this.#isHeadTold) return
    this.#isHeadTold = true
    const of = this.#statement
    const day = (of.get('FrToDt/FrDtTm') ?? '').slice(0, 10)
    const gateway = of.get('Acct/Id/Othr/Id')
    if (gateway === undefined || day === '') throw new Unreadable('it says neither whose nor of which day it is')
    const version = counted(of.get('ElctrncSeqNb') ?? 1)
    if (version === null) throw new Unreadable('it has no version')
    const opening = this.#balances.get('OPBD') ?? this.#balances.get('PRCD') ?? null
    this.#told.push({ kind: 'head', gateway, day, version, currency: of.get('Acct/Ccy') ?? '', opening })
  }
}

const TYPES = ['payout', 'return', 'fee', 'top-up', 'other']

/** By the provider's own code; a payout that is taken back is a return. */
function typeOf(said: Said): string {
  const code = said.get('BkTxCd/Prtry/Cd') ?? ''
  const isReversed = ['true', '1'].includes(said.get('RvslInd') ?? '')
  if (code === 'payout' && isReversed) return 'return'
  return TYPES.includes(code) ? code : 'other'
}

function lineOf(said: Said, dates: ReturnType<typeof datesIn>): ToldLine {
  const details = 'NtryDtls/TxDtls'
  const valued = said.get('ValDt/Dt') ?? said.get('ValDt/DtTm') ?? ''
  return {
    kind: 'line',
    entry: said.get('NtryRef') ?? said.get('AcctSvcrRef') ?? '',
    direction: said.get('CdtDbtInd') === 'DBIT' ? 'debit' : 'credit',
    type: typeOf(said),
    reference: said.get(`${details}/Refs/EndToEndId`) ?? null,
    gatewayId: said.get('AcctSvcrRef') ?? null,
    amount: minorOf(said.get('Amt')),
    currency: said.get('Amt@Ccy') ?? '',
    institution: said.get(`${details}/RltdAgts/CdtrAgt/FinInstnId/Othr/Id`) ?? null,
    account: said.get(`${details}/RltdPties/CdtrAcct/Id/Othr/Id`) ?? null,
    bookedAt: said.get('BookgDt/DtTm') ?? said.get('BookgDt/Dt') ?? '',
    valueDate: dates(valued) ?? '',
  }
}

/** A decimal of major units with at most two places that say something. */
function minorOf(text: string | undefined): bigint | null {
  const found = /^(0|[1-9]\d{0,15})(?:\.(\d{1,2})0*)?$/.exec(text ?? '')
  return found ? BigInt(`${found[1] ?? ''}${(found[2] ?? '').padEnd(2, '0')}`) : null
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** ISO 20022 camt.053: the few elements of it that say what moved. Nothing from outside the document is ever read. */
import { SaxesParser } from 'saxes'
import { Unreadable, type Told, type ToldLine } from './statement.ts'

/** What an element says, by where it stands below its entry, or below the statement. */
type Said = Map<string, string>

/** Reads a document as it comes. Throws Unreadable. */
export async function* readCamt053(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const reader = new Reader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of bytes) {
    reader.write(decoder.decode(chunk, { stream: true }))
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

  constructor() {
    this.#parser.on('doctype', () => {
      throw new Unreadable('it declares a document type')
    })
    this.#parser.on('error', (error) => {
      throw new Unreadable(error.message)
    })
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes as Record<string, string>))
    this.#parser.on('text', (text) => {
      this.#text += text
    })
    this.#parser.on('closetag', ({ name }) => this.#close(name))
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  close(): void {
    this.#parser.close()
    this.#head()
    const count = Number(this.#statement.get('TxsSummry/TtlNtries/NbOfNtries') ?? NaN)
    const closing = this.#balances.get('CLBD') ?? null
    this.#told.push({ kind: 'end', closing, count: Number.isInteger(count) ? count : null })
  }

  take(): Told[] {
    const told = this.#told
    this.#told = []
    return told
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#way.push(name)
    this.#text = ''
    if (name === 'Ntry') {
      this.#head()
      this.#said = new Map()
    }
    if (name === 'Bal') this.#balance = new Map()
    if (name === 'Amt' && attributes['Ccy'] !== undefined) this.#say(`${this.#place()}@Ccy`, attributes['Ccy'])
  }

  #close(name: string): void {
    const text = this.#text.trim()
    if (text !== '') this.#say(this.#place(), text)
    this.#text = ''
    this.#way.pop()
    if (name === 'Bal' && this.#balance) {
      const of = this.#balance
      const size = minorOf(of.get('Amt'))
      const isOwed = of.get('CdtDbtInd') === 'DBIT'
      this.#balances.set(of.get('Tp/CdOrPrtry/Cd') ?? '', size === null ? null : isOwed ? -size : size)
      this.#balance = undefined
    }
    if (name === 'Ntry') this.#told.push(lineOf(this.#said))
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
    const version = Number(of.get('ElctrncSeqNb') ?? 1)
    const opening = this.#balances.get('OPBD') ?? null
    this.#told.push({ kind: 'head', gateway, day, version, currency: of.get('Acct/Ccy') ?? '', opening })
  }
}

function lineOf(said: Said): ToldLine {
  const details = 'NtryDtls/TxDtls'
  return {
    kind: 'line',
    entry: said.get('NtryRef') ?? '',
    direction: said.get('CdtDbtInd') === 'DBIT' ? 'debit' : 'credit',
    type: said.get('BkTxCd/Prtry/Cd') ?? 'other',
    reference: said.get(`${details}/Refs/EndToEndId`) ?? null,
    gatewayId: said.get('AcctSvcrRef') ?? null,
    amount: minorOf(said.get('Amt')),
    currency: said.get('Amt@Ccy') ?? '',
    institution: said.get(`${details}/RltdAgts/CdtrAgt/FinInstnId/Othr/Id`) ?? null,
    account: said.get(`${details}/RltdPties/CdtrAcct/Id/Othr/Id`) ?? null,
    bookedAt: said.get('BookgDt/DtTm') ?? '',
    valueDate: said.get('ValDt/Dt') ?? '',
  }
}

/** A decimal of major units with at most two places. */
function minorOf(text: string | undefined): bigint | null {
  const found = /^(\d{1,16})(?:\.(\d{1,2}))?$/.exec(text ?? '')
  return found ? BigInt(`${found[1] ?? ''}${(found[2] ?? '').padEnd(2, '0')}`) : null
}

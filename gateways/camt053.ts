/**
 * camt.053 (ISO 20022, bank to customer statement), read as it streams: one statement, booked entries, one transaction each.
 * Nothing from outside is read and no name defined inside: a document type ends the reading.
 */
import { SaxesParser } from 'saxes'
import type { LineType, StatementLine, StatementPart } from '../domain/statement.ts'
import { businessDates, readCount, readDecimal, StatementRefused } from '../domain/statement.ts'
import { isLocalDate } from '../domain/zone.ts'

export interface CamtOptions {
  readonly zone: string
  /** The kind of an entry by the provider's own transaction code. */
  readonly typeOf: (code: string) => LineType
}

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d$/
const TEXT_MAX = 4096
const DEPTH_MAX = 40
/** A name, an attribute, a comment or a text that goes on for so long never ends; the parser keeps all of it until it does. */
const UNHEARD_MAX = 65_536
const SLICE = 16_384
/** What others have put into the document, in names of their own. */
const ASIDE = 'SplmtryData'

/** Throws StatementRefused. */
export async function* readCamt053(
  bytes: AsyncIterable<Uint8Array>,
  options: CamtOptions,
): AsyncGenerator<readonly StatementPart[]> {
  const reader = new CamtReader(options)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of bytes) {
    reader.write(decode(decoder, chunk))
    const parts = reader.take()
    if (parts.length > 0) yield parts
  }
  yield reader.end()
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw malformed('it is not UTF-8')
  }
}

/** Opening, opening as the day before closed, closing: the others say nothing of booked entries. */
const BOOKED_BALANCES = ['OPBD', 'PRCD', 'CLBD']

/** Where values are gathered: those of the statement, of one balance, of one entry. */
const GATHERED = ['Bal', 'Ntry']

class CamtReader {
  readonly #parser = new SaxesParser<{ xmlns?: false; position: false }>({ position: false })
  readonly #options: CamtOptions
  readonly #dates: ReturnType<typeof businessDates>
  /** Local names from the document to here. */
  readonly #path: string[] = []
  #text = ''
  #head = new Map<string, string>()
  #own = new Map<string, string>()
  #parts: StatementPart[] = []
  readonly #balances = new Map<string, bigint>()
  #day = ''
  #hasHead = false
  #isOver = false
  /** How deep what is of others begins; 0 outside of it. */
  #aside = 0
  /** Characters since the parser last told anything. */
  #unheard = 0

  constructor(options: CamtOptions) {
    this.#options = options
    this.#dates = businessDates(options.zone)
    this.#parser.on('error', () => {
      throw malformed('it is no well-formed XML')
    })
    this.#parser.on('doctype', () => {
      throw new StatementRefused('statement-with-entities', 'it has a document type')
    })
    this.#parser.on('opentag', ({ name, attributes }) => this.#open(localName(name), attributes))
    this.#parser.on('text', (text) => this.#add(text))
    this.#parser.on('cdata', (text) => this.#add(text))
    this.#parser.on('closetag', () => this.#close())
    this.#parser.on('comment', () => (this.#unheard = 0))
    this.#parser.on('processinginstruction', () => (this.#unheard = 0))
  }

  write(text: string): void {
    for (let from = 0; from < text.length; from += SLICE) {
      const slice = text.slice(from, from + SLICE)
      this.#unheard += slice.length
      this.#parser.write(slice)
      if (this.#unheard > UNHEARD_MAX) throw malformed('a part without an end')
    }
  }

  take(): readonly StatementPart[] {
    const parts = this.#parts
    this.#parts = []
    return parts
  }

  end(): readonly StatementPart[] {
    this.#parser.close()
    if (!this.#isOver) throw malformed('it has no statement')
    return this.take()
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#unheard = 0
    if (this.#path.length === 0 && (name !== 'Document' || !isCamt(attributes))) throw malformed('it is no camt.053')
    if (this.#path.length > DEPTH_MAX) throw malformed('it is too deep')
    if (this.#aside === 0 && name === ASIDE) this.#aside = this.#path.length + 1
    if (this.#aside > 0) {
      this.#path.push(name)
      return
    }
    if (name === 'Stmt' && this.#isOver) throw malformed('it has several statements')
    if (name === 'Ntry' && !this.#hasHead) this.#tellHead()
    this.#path.push(name)
    this.#text = ''
    if (GATHERED.includes(name)) this.#own = new Map()
    const currency = attributes['Ccy']
    if (currency !== undefined) this.#keep('@Ccy', currency)
    if (name === 'TxDtls') this.#count()
  }

  #add(text: string): void {
    this.#unheard = 0
    this.#text += text
    if (this.#text.length > TEXT_MAX) throw malformed('a text without an end')
  }

  #close(): void {
    this.#unheard = 0
    if (this.#aside > 0) {
      if (this.#path.length === this.#aside) this.#aside = 0
      this.#path.pop()
      this.#text = ''
      return
    }
    const name = this.#path.at(-1) ?? ''
    if (this.#text.trim() !== '') this.#keep('', this.#text.trim())
    this.#text = ''
    if (name === 'Bal') this.#balance()
    if (name === 'Ntry') this.#parts.push(lineOf(this.#own, this.#options, this.#dates))
    if (name === 'Stmt') this.#tellEnd()
    this.#path.pop()
  }

  /** Under the path from the entry, the balance or the statement on. */
  #keep(suffix: string, value: string): void {
    const within = this.#path.findLastIndex((name) => GATHERED.includes(name))
    const from = within === -1 ? this.#path.indexOf('Stmt') : within
    if (from === -1) return
    const place = this.#path.slice(from + 1).join('/') + suffix
    const values = within === -1 ? this.#head : this.#own
    // Texts and addresses have several lines, and nobody here reads them.
    if (values.has(place) && READ.has(place)) throw malformed(`${place} stands there twice`)
    values.set(place, value)
  }

  /** Several transactions booked as one amount cannot be told apart. */
  #count(): void {
    if (this.#own.has('#')) throw malformed('an entry of several transactions')
    this.#own.set('#', '1')
  }

  #balance(): void {
    const code = this.#own.get('Tp/CdOrPrtry/Cd') ?? ''
    if (!BOOKED_BALANCES.includes(code)) return
    const size = readDecimal(this.#own.get('Amt') ?? '')
    if (size === undefined) throw malformed('a balance without an amount')
    const sign = this.#own.get('CdtDbtInd')
    if (sign !== 'DBIT' && sign !== 'CRDT') throw malformed('a balance without a direction')
    if (this.#own.get('Amt@Ccy') !== this.#head.get('Acct/Ccy')) throw malformed('a balance in another currency')
    if (this.#balances.has(code)) throw malformed('a balance that is told twice')
    this.#balances.set(code, sign === 'DBIT' ? -size : size)
  }

  #tellHead(): void {
    this.#hasHead = true
    const value = (place: string): string => this.#head.get(place) ?? ''
    const version = readCount(value('ElctrncSeqNb'))
    this.#day = value('FrToDt/FrDtTm').slice(0, 10)
    if (version === undefined || version < 1 || !isLocalDate(this.#day)) throw malformed('no number or no day')
    const currency = value('Acct/Ccy')
    if (!/^[A-Z]{3}$/.test(currency)) throw malformed('no currency')
    const opening = this.#balances.get('OPBD') ?? this.#balances.get('PRCD') ?? null
    const gateway = value('Acct/Id/Othr/Id')
    this.#parts.push({ kind: 'head', gateway, day: this.#day, version, currency, opening })
  }

  #tellEnd(): void {
    if (!this.#hasHead) this.#tellHead()
    this.#isOver = true
    const count = readCount(this.#head.get('TxsSummry/TtlNtries/NbOfNtries') ?? '') ?? null
    const closing = this.#balances.get('CLBD') ?? null
    this.#parts.push({ kind: 'end', closing, count })
  }
}

const DETAILS = 'NtryDtls/TxDtls'
const LIMITS = { id: 64, reference: 64, number: 34 }

/** What is read of a statement, of its balances and of its entries, by where it stands below them: there it stands once. */
const READ: ReadonlySet<string> = new Set(
  `ElctrncSeqNb FrToDt/FrDtTm Acct/Ccy Acct/Id/Othr/Id TxsSummry/TtlNtries/NbOfNtries
   Tp/CdOrPrtry/Cd Amt Amt@Ccy CdtDbtInd
   NtryRef RvslInd Sts Sts/Cd BookgDt/DtTm BookgDt/Dt ValDt/DtTm ValDt/Dt AcctSvcrRef BkTxCd/Prtry/Cd
   ${DETAILS}/Refs/EndToEndId ${DETAILS}/RltdPties/CdtrAcct/Id/Othr/Id ${DETAILS}/RltdAgts/CdtrAgt/FinInstnId/Othr/Id`.split(
    /\s+/,
  ),
)

/** A date, an instant, or a time by the gateway's own clock. */
function dateOf(text: string, dates: ReturnType<typeof businessDates>): string | undefined {
  const day = text.slice(0, 10)
  const isLocal = isLocalDate(day) && /^(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?)?$/.test(text.slice(10))
  return isLocal ? day : dates(text)
}

/** A payout that is taken back is a return; whatever else is, is what it was and goes the other way. */
function lineTypeOf(entry: ReadonlyMap<string, string>, typeOf: CamtOptions['typeOf']): LineType {
  const type = typeOf(entry.get('BkTxCd/Prtry/Cd') ?? '')
  const isReversed = ['true', '1'].includes(entry.get('RvslInd') ?? '')
  return type === 'payout' && isReversed ? 'return' : type
}

function lineOf(
  entry: ReadonlyMap<string, string>,
  { typeOf }: CamtOptions,
  dates: ReturnType<typeof businessDates>,
): StatementLine {
  const value = (place: string): string => entry.get(place) ?? ''
  const rawDate = entry.get('BookgDt/DtTm') ?? value('BookgDt/Dt')
  const businessDate = dateOf(rawDate, dates)
  const valueDate = dateOf(entry.get('ValDt/Dt') ?? value('ValDt/DtTm'), dates)
  const sign = value('CdtDbtInd')
  if ((entry.get('Sts/Cd') ?? entry.get('Sts')) !== 'BOOK') throw malformed('an entry that is not booked')
  if (businessDate === undefined || valueDate === undefined) throw malformed('an entry without a date')
  if (sign !== 'DBIT' && sign !== 'CRDT') throw malformed('an entry without a direction')
  const id = short(entry.get('NtryRef') ?? value('AcctSvcrRef'), LIMITS.id)
  const currency = value('Amt@Ccy')
  if (id === '' || !/^[A-Z]{3}$/.test(currency)) throw malformed('an entry without a name or a currency')
  const number = short(value(`${DETAILS}/RltdPties/CdtrAcct/Id/Othr/Id`), LIMITS.number)
  const institution = short(value(`${DETAILS}/RltdAgts/CdtrAgt/FinInstnId/Othr/Id`), LIMITS.number)
  return {
    kind: 'line',
    id,
    direction: sign === 'DBIT' ? 'debit' : 'credit',
    type: lineTypeOf(entry, typeOf),
    reference: short(value(`${DETAILS}/Refs/EndToEndId`), LIMITS.reference) || null,
    gatewayId: short(value('AcctSvcrRef'), LIMITS.reference) || null,
    amount: readDecimal(value('Amt')) ?? null,
    currency,
    account: number === '' ? null : { institution, number },
    rawDate,
    valueDate,
    businessDate,
  }
}

function short(text: string, max: number): string {
  if (text.length > max) throw malformed('a text that is too long')
  return text
}

function isCamt(attributes: Readonly<Record<string, string>>): boolean {
  return Object.entries(attributes).some(([name, value]) => /^xmlns(:|$)/.test(name) && NAMESPACE.test(value))
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function malformed(detail: string): StatementRefused {
  return new StatementRefused('statement-malformed', detail)
}

/** A statement as its customers get it: JSON lines and CSV in minor units, camt.053.001.08 in rupiah with sen. */
import type { Statement, StatementLine } from './statement.ts'
import { nextDay } from './statement.ts'

const OWNER = 'sandbox'
const CURRENCY = 'IDR'
const ZONE_MS = 7 * 3_600_000

interface Format {
  readonly type: string
  readonly write: (statement: Statement) => Generator<string>
}

export const FORMATS: Readonly<Record<string, Format>> = {
  jsonl: { type: 'application/jsonl', write: jsonLines },
  csv: { type: 'text/csv', write: csv },
  'camt.053': { type: 'application/xml', write: camt },
}

function* jsonLines({ day, version, opening, lines, closing }: Statement): Generator<string> {
  const head = { kind: 'head', account: OWNER, day, version, currency: CURRENCY, opening: opening.toString() }
  yield `${JSON.stringify(head)}\n`
  for (const line of lines) yield `${JSON.stringify({ kind: 'line', ...shown(line) })}\n`
  const end = closing === null ? {} : { closing: closing.toString(), count: lines.length }
  yield `${JSON.stringify({ kind: 'end', ...end })}\n`
}

function* csv({ day, version, opening, lines, closing }: Statement): Generator<string> {
  yield `H,${OWNER},${day},${version},${CURRENCY},${opening}\n`
  for (const line of lines) yield `L,${Object.values(shown(line)).join(',')}\n`
  yield closing === null ? 'T,,\n' : `T,${closing},${lines.length}\n`
}

function shown(line: StatementLine) {
  const { id, direction, type, reference, payoutId, amount, currency, institution, account, valueDate } = line
  const bookedAt = localInstant(line.bookedAtMs)
  return { id, direction, type, reference, payoutId, amount, currency, institution, account, bookedAt, valueDate }
}

function localInstant(atMs: number): string {
  return `${new Date(atMs + ZONE_MS).toISOString().slice(0, 23)}+07:00`
}

function* camt({ day, version, opening, lines, closing }: Statement): Generator<string> {
  const created = `${nextDay(day)}T00:30:00+07:00`
  yield `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>${OWNER}-${day}-${version}</MsgId><CreDtTm>${created}</CreDtTm></GrpHdr>
<Stmt><Id>${OWNER}-${day}-${version}</Id><ElctrncSeqNb>${version}</ElctrncSeqNb><CreDtTm>${created}</CreDtTm>
<FrToDt><FrDtTm>${day}T00:00:00+07:00</FrDtTm><ToDtTm>${nextDay(day)}T00:00:00+07:00</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>${OWNER}</Id></Othr></Id><Ccy>${CURRENCY}</Ccy></Acct>
${balance('OPBD', opening, day)}
`
  if (closing !== null) {
    yield `${balance('CLBD', closing, day)}
<TxsSummry><TtlNtries><NbOfNtries>${lines.length}</NbOfNtries></TtlNtries></TxsSummry>
`
  }
  for (const line of lines) yield entry(line)
  yield '</Stmt></BkToCstmrStmt></Document>\n'
}

function balance(code: string, minor: bigint, day: string): string {
  const [size, sign] = minor < 0n ? [-minor, 'DBIT'] : [minor, 'CRDT']
  const type = `<Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>`
  return `<Bal>${type}${money(size.toString(), CURRENCY)}<CdtDbtInd>${sign}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`
}

/** Moves the point two places to the left; a fraction of a sen keeps its digits. */
function money(minor: string, currency: string): string {
  const [whole = '', fraction = ''] = minor.split('.')
  const digits = whole.padStart(3, '0')
  return `<Amt Ccy="${currency}">${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}</Amt>`
}

function entry(line: StatementLine): string {
  const { id, direction, type, reference, payoutId, amount, currency, institution, account, valueDate } = line
  const other = (text: string) => `<Id><Othr><Id>${text}</Id></Othr></Id>`
  const agent = `<RltdAgts><CdtrAgt><FinInstnId><Othr><Id>${institution}</Id></Othr></FinInstnId></CdtrAgt></RltdAgts>`
  const parties = account === '' ? '' : `<RltdPties><CdtrAcct>${other(account)}</CdtrAcct></RltdPties>${agent}`
  const refs = reference === '' ? '' : `<Refs><EndToEndId>${reference}</EndToEndId></Refs>`
  return `<Ntry><NtryRef>${id}</NtryRef>${money(amount, currency)}<CdtDbtInd>${direction === 'debit' ? 'DBIT' : 'CRDT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>${localInstant(line.bookedAtMs)}</DtTm></BookgDt><ValDt><Dt>${valueDate}</Dt></ValDt>${payoutId === '' ? '' : `<AcctSvcrRef>${payoutId}</AcctSvcrRef>`}<BkTxCd><Prtry><Cd>${type}</Cd></Prtry></BkTxCd><NtryDtls><TxDtls>${refs}${parties}</TxDtls></NtryDtls></Ntry>
`
}

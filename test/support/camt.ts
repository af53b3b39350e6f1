/** A camt.053 of one entry, with what a bank may write otherwise. */
export interface Entry {
  readonly sign?: 'CRDT' | 'DBIT'
  readonly reversal?: string
  readonly code?: string
  readonly booked?: string
  readonly value?: string
  readonly amount?: string
  readonly version?: string
  /** The code of its opening balance. */
  readonly opening?: string
  /** More of its summary, and of its entry's transaction. */
  readonly summary?: string
  readonly details?: string
}

export function camtOf(of: Entry = {}): string {
  const balance = (code: string, amount: string): string =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="IDR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-22</Dt></Dt></Bal>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>m</MsgId><CreDtTm>2026-11-23T00:30:00+07:00</CreDtTm></GrpHdr>
<Stmt><Id>s</Id><ElctrncSeqNb>${of.version ?? '1'}</ElctrncSeqNb><CreDtTm>2026-11-23T00:30:00+07:00</CreDtTm>
<FrToDt><FrDtTm>2026-11-22T00:00:00+07:00</FrDtTm><ToDtTm>2026-11-22T23:59:59+07:00</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>sandbox</Id></Othr></Id><Ccy>IDR</Ccy></Acct>
${balance(of.opening ?? 'OPBD', '1000000.00')}${balance('CLBD', '1600000.00')}
<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries></TtlNtries>${of.summary ?? ''}</TxsSummry>
<Ntry><NtryRef>e1</NtryRef><Amt Ccy="IDR">${of.amount ?? '600000.00'}</Amt><CdtDbtInd>${of.sign ?? 'CRDT'}</CdtDbtInd>
${of.reversal === undefined ? '' : `<RvslInd>${of.reversal}</RvslInd>`}<Sts><Cd>BOOK</Cd></Sts>
<BookgDt>${of.booked ?? '<DtTm>2026-11-22T12:00:00+07:00</DtTm>'}</BookgDt><ValDt>${of.value ?? '<Dt>2026-11-22</Dt>'}</ValDt>
<AcctSvcrRef>po_1</AcctSvcrRef><BkTxCd><Prtry><Cd>${of.code ?? 'payout'}</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>REF1</EndToEndId></Refs>${of.details ?? ''}</TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>`
}

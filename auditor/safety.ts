/**
 * How safe what a gateway's code is classed as is, in SQL: what must happen before another attempt. 0 nothing but time or money of ours,
 * 1 another account, 2 the word of two people, 3 it is known what became of this one, 4 the same, and nothing at all is sent until then.
 */
function safety(of: string, code: string): string {
  return `CASE WHEN ${of} = 'needs-account' AND ${code} IN ('name-differs', 'account-name-differs', 'holder-malformed', 'wallet-limit', 'wallet-not-upgraded') THEN 0
            WHEN ${of} IN ('needs-account', 'permanent') THEN 1 WHEN ${of} IN ('undocumented', 'compliance') THEN 2
            WHEN ${of} = 'unknown' THEN CASE ${code} WHEN 'failure-doubted' THEN 4 ELSE 3 END ELSE 0 END`
}

/** A code is classed so that people look, or that it is doubted, where less was asked for before: what one person may say. */
export function givenToPeople(of: string, code: string, fromClass: string, fromCode: string): string {
  return `${safety(of, code)} > greatest(${safety(fromClass, fromCode)}, 1)`
}

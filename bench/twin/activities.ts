/** What the twin's workflow calls: nothing, and the gateway. */

export interface TwinActivities {
  note(ref: string): Promise<void>
  submit(ref: string, tranche: string): Promise<void>
}

/** The same request the engine's adapter sends, to a sandbox of the twin's own. */
export function createTwinActivities(sandboxUrl: string, apiKey: string): TwinActivities {
  return {
    note: () => Promise.resolve(),
    async submit(ref, tranche) {
      const key = `${ref}:${tranche}`
      const answer = await fetch(`${sandboxUrl}/payouts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, 'idempotency-key': key },
        body: JSON.stringify({
          reference: referenceOf(ref, tranche),
          amount: '60000000',
          currency: 'IDR',
          institution: 'ID.BNI',
          account: '0012345678',
          holder: 'Peserta Uji',
          narrative: 'bench',
        }),
      })
      if (!answer.ok) throw new Error(`the sandbox answers ${answer.status}`)
    },
  }
}

const TRANCHES = ['incentive-1', 'survey-1', 'survey-2']

/** 16 characters the sandbox accepts: the life, then the tranche. */
export function referenceOf(ref: string, tranche: string): string {
  return `${ref.padEnd(15, '0').slice(0, 15)}${TRANCHES.indexOf(tranche)}`
}

/** The life and tranche of a reference. */
export function ofReference(reference: string): { readonly ref: string; readonly tranche: string } {
  return { ref: reference.slice(0, 13), tranche: TRANCHES[Number(reference.slice(15))] ?? '' }
}

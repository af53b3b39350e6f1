/** A machine whose clock is ahead: what a Node process is told so that it takes another time for the present one. */

const DAY_MS = 86_400_000

/** How far ahead the last month of this year is in which a fiscal year may end, by when everywhere has come to it; 0 in that month. */
export function untilDecember(nowMs: number): number {
  const year = new Date(nowMs).getUTCFullYear()
  return Math.max(0, Date.UTC(year, 11, 1) + DAY_MS - nowMs)
}

/** Settings of a process whose clock is so far ahead, milliseconds. Servers beside it keep theirs. */
export function clockAhead(aheadMs: number): Record<string, string> {
  if (aheadMs === 0) return {}
  const program = `const R=Date,n=R.now.bind(R);R.now=()=>n()+${aheadMs};
globalThis.Date=new Proxy(R,{construct:(t,x,y)=>Reflect.construct(t,x.length?x:[R.now()],y===globalThis.Date?R:y)})`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` }
}

/** What PostgreSQL would do to answer a statement: which tables it would read from end to end again and again. */
interface Plan {
  readonly 'Node Type': string
  readonly 'Parent Relationship'?: string
  readonly 'Subplan Name'?: string
  readonly 'Relation Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Plan[]
}

interface Asking {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** Tables that a statement reads from end to end once for each row of something else, though it may read none so if there is another way. In a transaction. */
export async function tablesReadAgain(sql: Asking, statement: string, values?: unknown[]): Promise<string[]> {
  await sql.query('SET LOCAL enable_seqscan = off')
  // Who looks up one after the other does so here, too: of a small table all is read as quickly.
  const { rows: asked } = await sql.query(`SELECT current_setting('enable_nestloop') AS "nestedLoops"`)
  const [{ nestedLoops } = { nestedLoops: 'off' }] = asked as { nestedLoops: string }[]
  for (const join of ['hashjoin', 'mergejoin'])
    await sql.query(`SET LOCAL enable_${join} = ${nestedLoops === 'on' ? 'off' : 'on'}`)
  const { rows } = await sql.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${statement}`, values)
  for (const means of ['seqscan', 'hashjoin', 'mergejoin']) await sql.query(`SET LOCAL enable_${means} = on`)
  return (rows as { 'QUERY PLAN': [{ Plan: Plan }] }[]).flatMap(({ 'QUERY PLAN': [{ Plan: top }] }) => readAgain(top))
}

function readAgain(plan: Plan, isAgain = false): string[] {
  const { Plans: below = [], ...own } = plan
  const table = own['Relation Name'] ?? ''
  const isWhole = / Scan$/.test(own['Node Type']) && own['Node Type'] !== 'Bitmap Heap Scan' && !own['Index Cond']
  const text = JSON.stringify(own)
  const isChildAgain = ({ 'Parent Relationship': as, 'Subplan Name': name }: Plan): boolean => {
    // What is asked of nothing outside is worked out once, and looked up in.
    if (as === 'InitPlan' || text.includes(`hashed ${name}`)) return false
    return isAgain || as === 'SubPlan' || (own['Node Type'] === 'Nested Loop' && as === 'Inner')
  }
  return [
    ...(isAgain && isWhole && table !== '' ? [table] : []),
    ...below.flatMap((child) => readAgain(child, isChildAgain(child))),
  ]
}

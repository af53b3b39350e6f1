/** `docs/problems.md` is the table of refusals as a page. After a change of the table: `npx vitest run test/docs/problems.test.ts -u`. */
import { format, resolveConfig } from 'prettier'
import { expect, it } from 'vitest'
import { PROBLEM_TABLE } from '../../api/problem-table.ts'
import { PROBLEM_CODES } from '../../domain/problem.ts'

const FILE = new URL('../../docs/problems.md', import.meta.url).pathname

const HEAD = `# Problems

Every refusal is \`application/problem+json\` (RFC 9457). \`code\` is stable and made for programs; \`title\` and \`detail\` are for people.
\`instance\` is the request id, under which the log has the request. \`errors\` lists every fault with a JSON pointer into the body, or
with the name of the parameter. The page of a code is also served at \`/problems/{code}\`, which is its \`type\`.

Refusals are never stored: the same \`Idempotency-Key\` may be used again once what was missing is there, with the same body.
`

it('docs/problems.md says what every problem means and what to do', async () => {
  const sections = PROBLEM_CODES.map((code) => {
    const { status, title, means, remedy, retryAfter } = PROBLEM_TABLE[code]
    const wait = retryAfter === undefined ? '' : ` Retry-After: ${retryAfter}.`
    return `## \`${code}\`\n\n${status} · ${title}.${wait}\n\n${means}\n\n**What to do:** ${remedy}\n`
  })
  const options = await resolveConfig(FILE)
  const page = await format([HEAD, ...sections].join('\n'), { ...options, parser: 'markdown' })
  await expect(page).toMatchFileSnapshot(FILE)
})

/** What people are shown of what others wrote, before they sign. */
import { describe, expect, it } from 'vitest'
import { columns } from '../../cli/output.ts'

describe('a list', () => {
  it('has a line for each row, whatever others wrote into it', () => {
    const text = columns([
      ['ID', 'WHY', 'STATE'],
      ['1', 'as agreed\u001b[2K\u001b[1A\n2  something else', 'open'],
    ])
    expect(text).not.toContain('\u001b')
    const [header, row, ...more] = text.split('\n')
    expect(more).toEqual([])
    expect(row).toContain('as agreed\\u001b[2K\\u001b[1A\\u000a2  something else  open')
    expect(header?.indexOf('STATE')).toBe(row?.indexOf('open'))
  })
})

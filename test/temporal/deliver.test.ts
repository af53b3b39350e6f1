/** Who is to blame when a message is not taken: only what is wrong with the message itself may be held against it. */
import { afterAll, describe, expect, it } from 'vitest'
import type { Lease } from '../../store/messages.ts'
import { connectTemporal } from '../../temporal/connect.ts'
import { deliver, type Delivery } from '../../temporal/deliver.ts'
import { openWall, type GrpcAnswer } from '../support/grpc.ts'

const lease: Lease = {
  programme: 'demo',
  ref: '7ZK3M9Q2WX4TB',
  ids: ['1'],
  wave: null,
  region: '3275',
  stage: 'screening',
}
const nobody = connectTemporal({ address: '127.0.0.1:1', namespace: 'default' })
afterAll(() => nobody.close())

describe('a message whose Temporal is away', () => {
  it.concurrent('is not refused: it was never delivered', async () => {
    expect(await deliver(nobody, lease, 0)).toMatchObject({ kind: 'unreachable' })
  })

  it.concurrent('and so is one for a life that has closed', async () => {
    expect(await deliver(nobody, { ...lease, stage: 'closed' }, 0)).toMatchObject({ kind: 'unreachable' })
  })
})

async function answeredWith(answer: GrpcAnswer): Promise<Delivery> {
  const wall = await openWall(() => answer)
  const temporal = connectTemporal({ address: wall.address, namespace: 'default' })
  try {
    return await deliver(temporal, lease, 0)
  } finally {
    await temporal.close()
    await wall.close()
  }
}

it('for a life that has closed is told to recovery first, whatever is wrong with the run', async () => {
  const called: string[] = []
  const wall = await openWall((method) => {
    if (method.startsWith('Signal')) called.push(method)
    return method === 'SignalWorkflowExecution' ? { code: 3, details: 'too many signals' } : undefined
  })
  const temporal = connectTemporal({ address: wall.address, namespace: 'default' })
  expect(await deliver(temporal, { ...lease, stage: 'closed' }, 0)).toEqual({ kind: 'delivered' })
  expect(called).toEqual(['SignalWithStartWorkflowExecution', 'SignalWorkflowExecution'])
  await temporal.close()
  await wall.close()
})

describe('a message that is not taken', () => {
  const servers: readonly (GrpcAnswer & { readonly what: string })[] = [
    { what: 'by a server that fails', code: 2 },
    { what: 'in a namespace that does not exist', code: 5, details: 'Namespace lunas is not found.' },
    { what: 'from somebody without the right', code: 7, details: 'Request unauthorized.' },
    { what: 'in a namespace that is active elsewhere', code: 9 },
    { what: 'by a proxy that knows no Temporal', code: 12 },
    { what: 'by a server with a fault', code: 13 },
    { what: 'because a certificate has run out', code: 16 },
    {
      what: 'by a server without the search attributes',
      code: 3,
      details: 'no mapping defined for search attribute Wave',
    },
  ]
  it.concurrent.for(servers)('$what is not to blame', async (answer, { expect: see }) => {
    see(await answeredWith(answer)).toMatchObject({ kind: 'unreachable' })
  })

  it.concurrent('because of what it says is refused', async ({ expect: see }) => {
    see(await answeredWith({ code: 3, details: 'WorkflowId length exceeds limit.' })).toEqual({
      kind: 'refused',
      why: 'gRPC 3',
    })
  })
})

/** Drives the bare twin: starts and signals sent directly, callbacks taken by the driver and signalled on. */
import { createServer, type Server } from 'node:http'
import { Client, Connection } from '@temporalio/client'
import { benchPerson } from './people.ts'
import { DEADLINE_MS, DUE_MS } from './programme.ts'
import { ofReference } from './twin/activities.ts'
import { fact, TWIN_QUEUE, type TwinInput } from './twin/messages.ts'

export interface Twin {
  readonly client: Client
  /** Told when a payout of a life was paid. */
  onPaid: (ref: string, tranche: string) => void
  close(): Promise<void>
}

/** Listens for the sandbox's callbacks on a port and signals them to their lives. */
export async function openTwin(address: string, namespace: string, port: number): Promise<Twin> {
  const connection = await Connection.connect({ address })
  const client = new Client({ connection, namespace })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const told = JSON.parse(Buffer.concat(chunks).toString()) as { data?: { reference?: string; status?: string } }
      response.writeHead(204).end()
      if (told.data?.status !== 'SUCCEEDED' || told.data.reference === undefined) return
      const { ref, tranche } = ofReference(told.data.reference)
      void client.workflow
        .getHandle(ref)
        .signal(fact, `paid:${tranche}`)
        .then(() => twin.onPaid(ref, tranche))
    })
  })
  await listen(server, port)
  const twin: Twin = {
    client,
    onPaid: () => undefined,
    async close() {
      server.closeAllConnections()
      server.close()
      await connection.close()
    },
  }
  return twin
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
}

/** Lives `count` bare lives with so many in flight. */
export async function liveTwinLives(
  twin: Twin,
  of: { readonly series: number; readonly count: number; readonly inFlight: number },
): Promise<{ readonly refs: readonly string[]; readonly seconds: number }> {
  const refs = Array.from({ length: of.count }, (_, n) => benchPerson(of.series, n).nationalId.slice(3))
  const began = performance.now()
  twin.onPaid = (ref, tranche) => {
    if (tranche !== 'incentive-1') return
    for (const survey of ['survey-1', 'survey-2']) void twin.client.workflow.getHandle(ref).signal(fact, survey)
  }
  let next = 0
  const lane = async (): Promise<void> => {
    for (let ref = refs[next]; ref !== undefined; ref = refs[next]) {
      next += 1
      await liveOne(twin, ref)
    }
  }
  await Promise.all(Array.from({ length: of.inFlight }, lane))
  return { refs, seconds: (performance.now() - began) / 1000 }
}

async function liveOne(twin: Twin, ref: string): Promise<void> {
  const input: TwinInput = { ref, dueMs: DUE_MS, deadlineMs: DEADLINE_MS }
  const handle = await twin.client.workflow.start('bareLife', { workflowId: ref, taskQueue: TWIN_QUEUE, args: [input] })
  for (const name of ['admitted', 'course-started', 'course-completed', 'course-rated']) await handle.signal(fact, name)
  await handle.result()
}

/** What stands where Temporal should, and answers every call in one way: a proxy, a cluster that does not know us, a wall. */
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { CERTIFICATE, PRIVATE_KEY } from './certificates.ts'

export interface GrpcAnswer {
  /** gRPC status. */
  readonly code: number
  readonly details?: string
}

export interface GrpcWall {
  readonly address: string
  /** The `authorization` of every call so far. */
  readonly authorizations: readonly (string | undefined)[]
  /** Methods called so far. */
  readonly calls: readonly string[]
  close(): Promise<void>
}

/** `answer` gets the name of the method; undefined is an empty success. The greeting of the client always succeeds. */
export async function openWall(
  answer: (method: string) => GrpcAnswer | undefined,
  { tls = false } = {},
): Promise<GrpcWall> {
  const authorizations: (string | undefined)[] = []
  const calls: string[] = []
  const server: Http2Server = tls ? createSecureServer({ cert: CERTIFICATE, key: PRIVATE_KEY }) : createServer()
  const open = new Set<ServerHttp2Stream['session']>()
  server.on('session', (session) => open.add(session))
  server.on('stream', (stream, headers) => {
    const method = String(headers[':path']).split('/').at(-1) ?? ''
    authorizations.push(headers.authorization)
    calls.push(method)
    reply(stream, method === 'GetSystemInfo' ? undefined : answer(method))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const session of open) session?.destroy()
      }),
  }
}

/** An empty message, then the status. */
function reply(stream: ServerHttp2Stream, answer: GrpcAnswer | undefined): void {
  const { code, details = '' } = answer ?? { code: 0 }
  const status = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(details) }
  stream.on('error', () => undefined)
  if (code !== 0) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true })
    return
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(status))
  stream.end(Buffer.alloc(5))
}

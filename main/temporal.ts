/** How to reach Temporal, as the settings say it. */
import { readFileSync } from 'node:fs'
import { ConfigProblem, VARIABLE_OF, type Config } from '../config.ts'
import type { TemporalOptions, TemporalTls } from '../temporal/connect.ts'

/** What the client and the worker connect with. Throws ConfigProblem when the settings contradict each other or a file cannot be read. */
export function temporalOptions(config: Config, address: string): TemporalOptions {
  const lines = temporalFaults(config, address)
  if (lines.length > 0) throw new ConfigProblem(lines)
  const apiKey = config.temporalApiKey?.reveal()
  return {
    address,
    namespace: config.temporalNamespace,
    ...(isSecured(config) ? { tls: tlsOf(config) } : {}),
    ...(apiKey === undefined ? {} : { apiKey }),
  }
}

/** What cannot be as it is set. In production, to a server that is not on this machine, it is said whether the way is secured. */
function temporalFaults(config: Config, address: string): string[] {
  const { temporalTls: tls, temporalTlsCert: certificate, temporalTlsKey: key } = config
  const lines: string[] = []
  if (certificate !== null && key === null) lines.push('TEMPORAL_TLS_KEY is needed with TEMPORAL_TLS_CERT and not set')
  if (key !== null && certificate === null) lines.push('TEMPORAL_TLS_CERT is needed with TEMPORAL_TLS_KEY and not set')
  const needing = needTls(config)
  if (tls === false && needing.length > 0) lines.push(`TEMPORAL_TLS must not be false with ${needing.join(', ')}`)
  if (config.mode === 'production' && tls === null && !isSecured(config) && !isLoopback(address)) {
    lines.push('TEMPORAL_TLS must be set in production: true, or false where the way to TEMPORAL_ADDRESS is private')
  }
  return lines
}

function isSecured(config: Config): boolean {
  return config.temporalTls ?? needTls(config).length > 0
}

/** Settings that mean nothing, or give a secret away, without TLS. */
function needTls(config: Config): string[] {
  const names = ['temporalTlsCa', 'temporalTlsCert', 'temporalTlsKey', 'temporalApiKey'] as const
  return names.filter((name) => config[name] !== null).map((name) => VARIABLE_OF[name])
}

/** An address that only this machine reaches. */
function isLoopback(address: string): boolean {
  return /^(localhost|127(\.[0-9]+){3}|\[::1\]):[0-9]+$/.test(address)
}

function tlsOf(config: Config): TemporalTls {
  const { temporalTlsCa: ca, temporalTlsCert: certificate, temporalTlsKey: key } = config
  return {
    ...(ca === null ? {} : { serverRootCACertificate: read('TEMPORAL_TLS_CA', ca) }),
    ...(certificate === null || key === null
      ? {}
      : { clientCertPair: { crt: read('TEMPORAL_TLS_CERT', certificate), key: read('TEMPORAL_TLS_KEY', key) } }),
  }
}

function read(variable: string, file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new ConfigProblem([`${variable} cannot be read (${(error as NodeJS.ErrnoException).code}): ${file}`])
  }
}

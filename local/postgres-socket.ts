import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

/** What systems take as the name of a socket, in bytes: Linux 107, macOS 103. */
const NAME_MAX = 103

/**
 * The folder of the server's socket: its data, where nobody but its user and root comes in. A statement and its answer cost the system
 * half of what they cost over loopback TCP. Null where there can be none: on Windows, where the name would be too long for a
 * socket, or where it holds what the server's list of folders takes for an end; TCP serves as well.
 */
export function socketFolder(dataPath: string, port: number): string | null {
  if (process.platform === 'win32' || /[",]/.test(dataPath)) return null
  return Buffer.byteLength(path.join(dataPath, `.s.PGSQL.${port}`)) <= NAME_MAX ? dataPath : null
}

/** The same server and database, reached through the socket in `folder` where there is one. */
export function throughSocket(url: string, folder: string | null): string {
  if (folder === null) return url
  const through = new URL(url)
  through.searchParams.set('host', folder)
  return through.href
}

/** Removes the sockets that a dead server left: a lock whose number now belongs to another program would keep the next one out. */
export function clearSockets(dataPath: string): void {
  for (const name of readdirSync(dataPath)) if (name.startsWith('.s.PGSQL.')) rmSync(path.join(dataPath, name))
}

/** A server that is there and does not answer: worse than one that is gone, because nobody is told. */
import { readdirSync, readFileSync } from 'node:fs'

/** Stops a process and all below it where they stand; the answer lets them go on. */
export function freeze(pid: number): () => void {
  const family = [pid, ...below(pid)]
  signal(family, 'SIGSTOP')
  // What was started meanwhile.
  const late = below(pid).filter((child) => !family.includes(child))
  signal(late, 'SIGSTOP')
  return () => signal([...late, ...family], 'SIGCONT')
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It ended meanwhile.
    }
  }
}

function below(pid: number): number[] {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((candidate) => candidate > 0 && parentOf(candidate) === pid)
  return children.flatMap((child) => [child, ...below(child)])
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

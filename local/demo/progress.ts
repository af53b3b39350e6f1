/** Shows how far the demo is: a bar on a terminal, a line now and then elsewhere, nothing where only JSON is wanted. */
import { SingleBar } from 'cli-progress'
import { formatMoney } from '../../domain/money.ts'

export interface Round {
  readonly settled: number
  readonly total: number
  readonly byStage: Readonly<Record<string, number>>
  readonly paidMinor: bigint
  readonly currency: string
}

export interface Progress {
  show(round: Round): void
  end(): void
}

const LINE_EVERY_MS = 3000

/** `stream` null shows nothing. */
export function openProgress(stream: NodeJS.WriteStream | null): Progress {
  if (stream === null) return { show: () => undefined, end: () => undefined }
  return stream.isTTY ? bar(stream) : lines(stream)
}

function bar(stream: NodeJS.WriteStream): Progress {
  const format = '{bar} {value}/{total} settled | {paid} | {stages} | ETA {eta_formatted}'
  const shown = new SingleBar({ format, stream, hideCursor: true, barsize: 20, etaBuffer: 60 })
  let started = false
  return {
    show(round) {
      const payload = { paid: paidOf(round), stages: stagesOf(round) }
      if (started) shown.update(round.settled, payload)
      else shown.start(round.total, round.settled, payload)
      started = true
    },
    end: () => shown.stop(),
  }
}

function lines(stream: NodeJS.WriteStream): Progress {
  const beganMs = Date.now()
  let lastMs = 0
  return {
    show(round) {
      if (Date.now() - lastMs < LINE_EVERY_MS) return
      lastMs = Date.now()
      const seconds = ((lastMs - beganMs) / 1000).toFixed(0)
      stream.write(
        `${seconds.padStart(3)} s  ${round.settled}/${round.total} settled  ${paidOf(round)}  ${stagesOf(round)}\n`,
      )
    },
    end: () => undefined,
  }
}

function paidOf(round: Round): string {
  return formatMoney({ minor: round.paidMinor, currency: round.currency })
}

function stagesOf(round: Round): string {
  return Object.entries(round.byStage)
    .map(([stage, count]) => `${stage} ${count}`)
    .join(', ')
}

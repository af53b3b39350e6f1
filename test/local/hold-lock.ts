// A program that takes the lock of the given folder at the next full half second, says so, and waits to be killed.
import { setTimeout as sleep } from 'node:timers/promises'
import { lockFolder } from '../../local/lock.ts'

await sleep(1000 - (Date.now() % 500))
try {
  await lockFolder(process.argv[2] ?? '')
  console.log('held')
} catch {
  console.log('refused')
}
setInterval(() => undefined, 60_000)

// A program that starts PostgreSQL in the given folder, says so, and waits to be killed.
import { lockFolder } from '../../local/lock.ts'
import { makeHome, startPostgres } from '../../local/postgres.ts'

const home = process.argv[2] ?? ''
try {
  makeHome(home)
  await lockFolder(home)
  const { pid, superUrl } = await startPostgres({ home, durable: false })
  console.log(JSON.stringify({ pid, superUrl }))
  setInterval(() => undefined, 60_000)
} catch (error) {
  console.log(JSON.stringify({ failed: (error as Error).message }))
}

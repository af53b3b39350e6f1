// A program that starts PostgreSQL in the given folder, says so, and waits to be killed.
import { startPostgres } from '../../local/postgres.ts'

const { pid, superUrl } = await startPostgres({ home: process.argv[2] ?? '', durable: false })
console.log(JSON.stringify({ pid, superUrl }))
setInterval(() => undefined, 60_000)

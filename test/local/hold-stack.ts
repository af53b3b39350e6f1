// A program that starts the stack without worker and API in the given folder, says so, and waits to be killed.
import { loadConfig } from '../../config.ts'
import { startStack } from '../../local/stack.ts'
import { portsOfItsOwn } from '../support/ports.ts'

const config = loadConfig({ LUNAS_DATA_DIR: process.argv[2], ...(await portsOfItsOwn()) })
const stack = await startStack({ config, children: ['sandbox'] })
console.log(JSON.stringify({ pids: stack.parts.map((part) => stack.pidOf(part)), sandboxUrl: stack.sandboxUrl }))

#!/usr/bin/env node
// The `lunas` command of a checkout: runs the sources. What `npm run build` makes is run as `node dist/cli/main.js`.
import { register } from 'tsx/esm/api'

register()
await import('./main.ts')

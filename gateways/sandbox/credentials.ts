/** What the sandbox knows us by, and what we know it by, as fingerprints. */
import { createHash } from 'node:crypto'
import { credentialOf, type Credential } from '../../domain/credential.ts'

/** Of where money is asked to go, and of the key it is asked with. Throws for an address that is none. */
export function sendCredential(baseUrl: string, apiKey: string): Credential {
  return credentialOf('sandbox', 'send', [placeOf(new URL(baseUrl)), apiKey], sha256)
}

/** Of one secret that callbacks are signed with. */
export function callbackCredential(secret: string): Credential {
  return credentialOf('sandbox', 'callback', [secret], sha256)
}

const THIS_MACHINE = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** On one's own machine the sandbox takes another port when somebody has its own: it is the same provider all the same. */
function placeOf({ protocol, hostname, href }: URL): string {
  return THIS_MACHINE.test(hostname) ? `${protocol}//${hostname}` : href.replace(/\/+$/, '')
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

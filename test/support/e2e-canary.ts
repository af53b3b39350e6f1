/** Looks for personal values in whatever they might have leaked into, also encoded. */

/** A finder for words that stand in every canary's values: plain, in base64 at any offset, in hex and URL-encoded. */
export function canaryFinder(words: Readonly<Record<string, string>>): (text: string) => string[] {
  const needles = Object.entries(words).flatMap(([name, word]) =>
    formsOf(word).map(({ form, needle }) => ({ name: `${name} (${form})`, needle })),
  )
  return (text) => {
    // Base64 tells capitals apart; everything else may have been written in either.
    const lower = text.toLowerCase()
    return needles
      .filter(({ needle }) => text.includes(needle) || lower.includes(needle.toLowerCase()))
      .map(({ name, needle }) => `${name}: ${around(lower, needle.toLowerCase())}`)
  }
}

function formsOf(word: string): { readonly form: string; readonly needle: string }[] {
  const cases = [word, word.toLowerCase(), word.toUpperCase()]
  return [...new Set(cases)].flatMap((text) => [
    { form: 'plain', needle: text },
    { form: 'hex', needle: Buffer.from(text).toString('hex') },
    { form: 'utf-16', needle: Buffer.from(text, 'utf16le').toString('hex') },
    ...[0, 1, 2].map((offset) => ({ form: 'base64', needle: base64At(text, offset) })),
  ])
}

/** The characters of a text's base64 that do not depend on what stands before and after it. */
function base64At(text: string, offset: number): string {
  const encoded = Buffer.from('\0'.repeat(offset) + text).toString('base64')
  const whole = Math.floor((offset + Buffer.byteLength(text)) / 3) * 4
  return encoded.slice(offset === 0 ? 0 : 4, whole)
}

/** What stands around the find: enough to see where it came from. */
function around(text: string, needle: string): string {
  const at = text.indexOf(needle)
  return text.slice(Math.max(0, at - 80), at + needle.length + 20).replaceAll(/\s+/g, ' ')
}

/** A text with what is encoded in it opened once more: bytes printed as hex, base64 words, percent signs. */
export function opened(text: string): string {
  const hex = [...text.matchAll(/(?:[0-9a-f]{2}){8,}/gi)].map(([found]) => Buffer.from(found, 'hex').toString('latin1'))
  const base64 = [...text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].map(([found]) =>
    Buffer.from(found, 'base64').toString('latin1'),
  )
  const percent = text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  return [text, percent, ...hex, ...base64].join('\n')
}

/**
 * The only file that encrypts and decrypts. Every person (and every gateway, for raw callbacks) has a data key of its own,
 * wrapped by a versioned key that never enters the database: destroying the wrapped key erases what it sealed, backups included.
 */
import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto'

/** A ring of keys: one seals, all open. */
export interface KeyRing {
  readonly current: string
  readonly keys: Readonly<Record<string, Uint8Array>>
}

export interface VaultKeys {
  readonly vault: KeyRing
  readonly identity: KeyRing
  readonly account: KeyRing
}

/** Clear bytes that must not be logged, serialised or kept: printing one shows only that it is sealed. */
export class Sealed<T> {
  readonly #value: T
  constructor(value: T) {
    this.#value = value
  }
  /** The clear value, at the moment of use. */
  open(): T {
    return this.#value
  }
  toJSON(): string {
    return '[sealed]'
  }
  toString(): string {
    return '[sealed]'
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[sealed]'
  }
}

export interface DataKey {
  readonly plain: Uint8Array
  readonly wrapped: Uint8Array
  readonly keyId: string
}

/** What something is found by without being told: its HMAC under each key of a ring. */
export interface Marks {
  readonly keyId: string
  /** Under the key in use: what is written. */
  readonly current: Uint8Array
  /** Under every key, the one in use first: what is looked for, since older rows stay as they are when keys rotate. */
  readonly all: readonly Uint8Array[]
  /** Under the key whose id sorts first: the same in all processes while they disagree on which is in use. For locks. */
  readonly shared: Uint8Array
}

/** What `accountIndex` gives, for a million accounts. */
export interface AccountIndexes {
  readonly keyId: string
  /** The index, a character for each octet. */
  of(institution: string, number: string): string
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** Seals and opens boxes, and computes blind indexes. Throws when a key id is unknown or a box was altered or moved. */
export class Vault {
  readonly #keys: VaultKeys
  constructor(keys: VaultKeys) {
    this.#keys = keys
  }

  newDataKey(owner: string): DataKey {
    const plain = randomBytes(32)
    const keyId = this.#keys.vault.current
    return { plain, keyId, wrapped: encrypt(keyIn(this.#keys.vault, keyId), `data-key:${owner}`, plain) }
  }

  unwrap(owner: string, keyId: string, wrapped: Uint8Array): Uint8Array {
    return decrypt(keyIn(this.#keys.vault, keyId), `data-key:${owner}`, wrapped)
  }

  seal(dataKey: Uint8Array, aad: string, clear: Uint8Array): Uint8Array {
    return encrypt(dataKey, aad, clear)
  }

  open(dataKey: Uint8Array, aad: string, box: Uint8Array): Sealed<Uint8Array> {
    return new Sealed(decrypt(dataKey, aad, box))
  }

  /** Exact-search indexes of a normalised national id: keyed, since a plain hash of one is searched through in minutes. */
  identityMarks(programme: string, nationalId: string): Marks {
    return marksOf(this.#keys.identity, `identity:${programme}:${nationalId}`)
  }

  /** Exact-search indexes of a family card number; apart from those of national ids, which have the same form. */
  familyCardMarks(programme: string, number: string): Marks {
    return marksOf(this.#keys.identity, `family-card:${programme}:${number}`)
  }

  accountIndex(institution: string, number: string): { index: Uint8Array; keyId: string } {
    return blindIndex(this.#keys.account, `account:${institution}:${number}`)
  }

  /** The indexes of very many accounts, one after the other, under the key in use. */
  accountIndexes(): AccountIndexes {
    const { current } = this.#keys.account
    const mac = new ShortMac(keyIn(this.#keys.account, current))
    return { keyId: current, of: (institution, number) => mac.of(`account:${institution}:${number}`) }
  }

  /** The indexes of an account under all keys, the current one's first, and what is the same while they rotate. */
  accountMarks(institution: string, number: string): Marks {
    return marksOf(this.#keys.account, `account:${institution}:${number}`)
  }

  /** The index under the key that it was made with; undefined when that key has left the ring. */
  accountIndexUnder(keyId: string, institution: string, number: string): Uint8Array | undefined {
    const key = this.#keys.account.keys[keyId]
    return key && hmac(key, `account:${institution}:${number}`)
  }

  /** What a stored answer remembers of its request: keyed, because a plain hash of one account number is soon guessed. */
  requestMarks(request: Uint8Array): Marks {
    return marksOf(this.#keys.identity, 'request:', request)
  }

  /** What a stored answer remembers of its idempotency key: a caller may have chosen a national id. */
  keyMarks(key: string): Marks {
    return marksOf(this.#keys.identity, `idempotency-key:${key}`)
  }
}

function marksOf(ring: KeyRing, text: string, bytes: Uint8Array = new Uint8Array(0)): Marks {
  const mark = (id: string) => createHmac('sha256', keyIn(ring, id)).update(text).update(bytes).digest()
  const current = mark(ring.current)
  const ids = Object.keys(ring.keys).toSorted()
  const byId = ids.map((id) => (id === ring.current ? current : mark(id)))
  return {
    keyId: ring.current,
    current,
    all: [current, ...byId.filter((one) => one !== current)],
    shared: byId[0] ?? current,
  }
}

function blindIndex(ring: KeyRing, text: string): { index: Uint8Array; keyId: string } {
  return { index: hmac(keyIn(ring, ring.current), text), keyId: ring.current }
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}

const BLOCK = 64
const DIGEST = 32
const TEXT_MAX = 512

/** HMAC-SHA-256 of short texts as RFC 2104 defines it, by two hashes of one call each: to set up and free a context took most of the time. */
class ShortMac {
  readonly #inner = Buffer.alloc(BLOCK + TEXT_MAX, 0x36)
  readonly #outer = Buffer.alloc(BLOCK + DIGEST, 0x5c)

  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
    key.forEach((octet, i) => {
      this.#inner[i] = octet ^ 0x36
      this.#outer[i] = octet ^ 0x5c
    })
  }

  of(text: string): string {
    if (text.length > TEXT_MAX / 3 || this.#key.length > BLOCK)
      return Buffer.from(hmac(this.#key, text)).toString('binary')
    const length = this.#inner.write(text, BLOCK)
    this.#outer.write(hash('sha256', this.#inner.subarray(0, BLOCK + length), 'binary'), BLOCK, 'binary')
    return hash('sha256', this.#outer, 'binary')
  }
}

function keyIn(ring: KeyRing, id: string): Uint8Array {
  const key = ring.keys[id]
  if (!key) throw new Error(`key ${id} is not on the ring`)
  return key
}

/** iv ‖ ciphertext ‖ tag, AES-256-GCM; the place of the box is authenticated with it. */
function encrypt(key: Uint8Array, aad: string, clear: Uint8Array): Uint8Array {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(aad))
  return Buffer.concat([iv, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, aad: string, box: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV_BYTES))
  decipher.setAAD(Buffer.from(aad))
  decipher.setAuthTag(box.subarray(box.length - TAG_BYTES))
  return Buffer.concat([decipher.update(box.subarray(IV_BYTES, box.length - TAG_BYTES)), decipher.final()])
}

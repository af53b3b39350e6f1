/** Ed25519 public keys with which nearly anything is "signed" by anybody: the points of order 1, 2, 4 and 8, in every spelling of 32 bytes. */
const FIELD = 2n ** 255n - 19n

/** Their y: of order 4, 1, 2, 8 and 8. */
const YS = [
  0n,
  1n,
  FIELD - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]

/** In hexadecimal, little-endian: with either sign of x, and y once more beyond the field where it fits. */
export const SMALL_ORDER: readonly string[] = YS.flatMap((y) => [y, y + FIELD])
  .filter((y) => y < 1n << 255n)
  .flatMap((y) => [y, y | (1n << 255n)])
  .map((point) => Buffer.from(point.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex'))

/** R is the point of order 1, and S is 0: what everybody can write. */
export function anybodysSignature(): Buffer {
  return Buffer.from(`01${'00'.repeat(63)}`, 'hex')
}

/**
 * At most so many of one family card, where the programme says so. Each of them holds one of the card's numbered places: the unique
 * index over places refuses a second holder, whatever the code does; a lock for each card makes the right ones be told.
 */
import { Problem } from '../domain/problem.ts'
import type { Programme } from '../domain/programme.ts'
import type { Sql } from './database.ts'
import type { Marks, Vault } from './vault.ts'

/** The card of a person for whom it counts. */
export interface FamilyCard {
  readonly programme: string
  readonly marks: Marks
  /** How many may take part. */
  readonly places: number
}

/** Null where the programme has no limit, or the person named no card: the API asks for it where there is a limit. */
export function familyCardOf(vault: Vault, programme: Programme, number: string | undefined): FamilyCard | null {
  const { perFamilyCard: places } = programme.admission
  if (places === undefined || number === undefined) return null
  return { programme: programme.code, marks: vault.familyCardMarks(programme.code, number), places }
}

/** The number of a lock on a card or a person, the same in all processes while their keys rotate. */
export function lockNumber({ shared }: Marks): bigint {
  return Buffer.from(shared).readBigInt64BE()
}

/** Takes locks until the transaction ends, in one order for every caller, so that batches do not wait for each other in a circle. */
export async function takeLocks(sql: Sql, numbers: readonly bigint[]): Promise<void> {
  if (numbers.length === 0) return
  await sql.query({
    name: 'take-locks',
    text: `SELECT pg_advisory_xact_lock(number) FROM (SELECT DISTINCT unnest($1::bigint[]) AS number ORDER BY 1) AS ordered`,
    values: [numbers],
  })
}

/** The condition of the unique index: who holds their place. */
const HOLDS = `(p.admitted_at IS NOT NULL OR (p.withdrawn_at IS NULL AND p.outcome IS DISTINCT FROM 'refused'))`

const TAKEN = `
SELECT asked.at, p.family_card_place AS place
  FROM unnest($1::int[], $2::text[], $3::bytea[]) AS asked (at, programme, index)
  JOIN participant p ON p.programme = asked.programme AND p.family_card_index = asked.index AND ${HOLDS}`

/**
 * A free place for each card, the same card several times included; null when all are taken. In a statement of its own after
 * the locks, which the caller holds: it sees everybody whose transaction has ended.
 */
export async function freePlaces(sql: Sql, cards: readonly FamilyCard[]): Promise<(number | null)[]> {
  if (cards.length === 0) return []
  const asked = cards.flatMap(({ programme, marks }, at) => marks.all.map((index) => ({ at, programme, index })))
  const { rows } = await sql.query<{ at: number; place: number }>({
    name: 'family-places',
    text: TAKEN,
    values: [asked.map(({ at }) => at), asked.map(({ programme }) => programme), asked.map(({ index }) => index)],
  })
  const taken = new Map<string, Set<number>>()
  const takenOf = (card: FamilyCard): Set<number> => {
    const name = `${card.programme}:${Buffer.from(card.marks.shared).toString('base64')}`
    const known = taken.get(name) ?? new Set()
    taken.set(name, known)
    return known
  }
  for (const { at, place } of rows) {
    const card = cards[at]
    if (card) takenOf(card).add(place)
  }
  return cards.map((card) => {
    const places = takenOf(card)
    const free = Array.from({ length: card.places }, (_, index) => index + 1).find((place) => !places.has(place))
    // With a lower limit than an older version of the programme had, fewer may be free than there are numbers.
    if (free === undefined || places.size >= card.places) return null
    places.add(free)
    return free
  })
}

/** Gives a person a place of another card, and theirs back. Throws `family-card-full`, at `pointer`. */
export async function moveToCard(
  sql: Sql,
  person: { readonly programme: string; readonly ref: string },
  card: FamilyCard,
  pointer: string,
): Promise<void> {
  await takeLocks(sql, [lockNumber(card.marks)])
  // Theirs is free for themselves: a correction may name the card they have.
  const { rowCount } = await sql.query(
    `UPDATE participant p
        SET family_card_index = NULL, family_card_index_key = NULL, family_card_place = NULL, family_card_places = NULL
      WHERE p.programme = $1 AND p.ref = $2 AND ${HOLDS}`,
    [person.programme, person.ref],
  )
  if (rowCount === 0) return
  const [place] = await freePlaces(sql, [card])
  if (place === null || place === undefined) throw familyCardFull(card, pointer)
  await sql.query(
    `UPDATE participant SET family_card_index = $3, family_card_index_key = $4, family_card_place = $5, family_card_places = $6, version = version + 1
      WHERE programme = $1 AND ref = $2`,
    [person.programme, person.ref, card.marks.current, card.marks.keyId, place, card.places],
  )
}

export function familyCardFull({ places }: FamilyCard, pointer = '/familyCardNumber'): Problem {
  const detail = places === 1 ? 'one person of this family card takes' : `${places} people of this family card take`
  return new Problem('family-card-full', `${detail} part already, and no more may`, {
    faults: [{ pointer, detail: 'no place of this family card is left' }],
  })
}

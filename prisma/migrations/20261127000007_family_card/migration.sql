-- At most so many of one family card take part, where the programme says so: each takes one of its numbered places.
ALTER TABLE "participant"
  ADD COLUMN "family_card_index" BYTEA,
  ADD COLUMN "family_card_index_key" TEXT,
  ADD COLUMN "family_card_place" SMALLINT,
  ADD COLUMN "family_card_places" SMALLINT;

-- Whoever takes a place takes one of those there are, and of a card that is known.
ALTER TABLE participant ADD CONSTRAINT participant_family_card CHECK (
  num_nulls(family_card_index, family_card_index_key, family_card_place, family_card_places) IN (0, 4) AND
  family_card_place BETWEEN 1 AND family_card_places);

-- Nobody takes a place that is taken. Who is refused, or leaves before they are admitted, has given theirs back.
CREATE UNIQUE INDEX participant_family_place ON participant (programme, family_card_index, family_card_place)
 WHERE family_card_index IS NOT NULL
   AND (admitted_at IS NOT NULL OR (withdrawn_at IS NULL AND outcome IS DISTINCT FROM 'refused'));

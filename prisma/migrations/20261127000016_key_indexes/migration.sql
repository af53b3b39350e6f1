-- A plan that PostgreSQL makes while a table is empty takes every index of one page for equally good, and connections keep it.
-- No index but a table's key may therefore begin with `programme` and look able to find a person: such a plan reads the programme.

-- DropIndex
DROP INDEX "participant_programme_stage_ref_idx";

-- DropIndex
DROP INDEX "participant_programme_identity_index_key";

-- CreateIndex
CREATE INDEX "participant_stage_programme_ref_idx" ON "participant"("stage", "programme", "ref");

-- CreateIndex
CREATE UNIQUE INDEX "participant_identity_index_programme_key" ON "participant"("identity_index", "programme");

-- Every difference has somebody who looks after it from its birth: a role, until a person does. Code of before, which names nobody, goes on working by
-- the default. Rows that have ended are theirs, too; they change in nothing else, and no other change may pass meanwhile.
ALTER TABLE "discrepancy" DISABLE TRIGGER USER;
UPDATE "discrepancy" SET "owner" = 'role:operator' WHERE "owner" IS NULL;
ALTER TABLE "discrepancy" ENABLE TRIGGER USER;
ALTER TABLE "discrepancy" ALTER COLUMN "owner" SET DEFAULT 'role:operator',
ALTER COLUMN "owner" SET NOT NULL;

-- A key that one person made for another: that person has seen its secret, so it carries no power, whatever its owner is granted.
ALTER TABLE "api_key" ADD COLUMN "alone" BOOLEAN NOT NULL DEFAULT false;

-- A doubtful name stands with its account until people have decided about it: another hold had hidden it, and ended it. A default is no rewrite of the table.
ALTER TABLE "account" ADD COLUMN     "doubtful" BOOLEAN NOT NULL DEFAULT false;

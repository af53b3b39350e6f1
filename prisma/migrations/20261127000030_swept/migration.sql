-- How often in a row the sweep found a call due that has not been made: it comes back later each time. A default is no rewrite of the table.
ALTER TABLE "participant" ADD COLUMN     "swept" INTEGER NOT NULL DEFAULT 0;

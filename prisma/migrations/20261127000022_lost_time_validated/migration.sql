-- What the migration before this one has changed is compared with the rows that were there, while others read and write them.
ALTER TABLE payout VALIDATE CONSTRAINT payout_superseded;

-- One that was delivered as a part may have another attempt beside it, also where nothing of it came back: that the parts are not more
-- than what is owed is refused by payout_owed and payout_owed_late.
ALTER TABLE payout DROP CONSTRAINT payout_superseded;
ALTER TABLE payout ADD CONSTRAINT payout_superseded CHECK (NOT superseded OR money <> 'clearing') NOT VALID;

-- What the migration before this one has added is compared with the rows that were there, while others read and write them.
ALTER TABLE disbursement VALIDATE CONSTRAINT disbursement_deducted;
ALTER TABLE payout VALIDATE CONSTRAINT payout_repaid;
ALTER TABLE payout_run_line VALIDATE CONSTRAINT payout_run_line_deducted;
ALTER TABLE discrepancy VALIDATE CONSTRAINT discrepancy_fee_reserve_exists;
ALTER TABLE payout_run VALIDATE CONSTRAINT payout_run_fees;
ALTER TABLE payout_run_line VALIDATE CONSTRAINT payout_run_line_fee;
ALTER TABLE discrepancy VALIDATE CONSTRAINT discrepancy_fee;

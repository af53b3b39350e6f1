-- A gateway may go back to the bytes that it told before.
DROP INDEX "statement_gateway_day_sha256_key";

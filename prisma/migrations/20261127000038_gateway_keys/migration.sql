-- The idempotency key that a payout is sent under, where it is not its own. Null with a salt: an older version has claimed it, under the plain key or under
-- one with the salt, and nobody can tell which. Such a one is never sent again.
ALTER TABLE "payout" ADD COLUMN     "gateway_key" TEXT;
DROP TRIGGER payout_frozen ON payout;
CREATE TRIGGER payout_frozen BEFORE UPDATE OF key, disbursement, n, gateway, reference, gateway_key, amount, currency, account, request, request_sha256, recovered_at ON payout FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'disbursement', 'n', 'gateway', 'reference', 'gateway_key', 'amount', 'currency', 'account', 'request', 'request_sha256', 'recovered_at');

-- The idempotency key that a payout is sent under, where it is not its own. Null also where an older version has claimed it: that one sent under the plain
-- key, and whatever is sent again goes under the key that the gateway knows.
ALTER TABLE "payout" ADD COLUMN     "gateway_key" TEXT;
DROP TRIGGER payout_frozen ON payout;
CREATE TRIGGER payout_frozen BEFORE UPDATE OF key, disbursement, n, gateway, reference, gateway_key, amount, currency, account, request, request_sha256, recovered_at ON payout FOR EACH ROW EXECUTE FUNCTION refuse_thaw('key', 'disbursement', 'n', 'gateway', 'reference', 'gateway_key', 'amount', 'currency', 'account', 'request', 'request_sha256', 'recovered_at');

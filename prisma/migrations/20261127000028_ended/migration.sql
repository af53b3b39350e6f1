-- What Prisma cannot say.

-- What has ended stays as it ended: an account that was replaced, a role that was taken away and a key that was revoked come back for nobody. Who is to
-- have them again is given another one, which others agree to.
CREATE TRIGGER account_ended BEFORE UPDATE ON account FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_grant_ended BEFORE UPDATE ON role_grant FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER api_key_ended BEFORE UPDATE ON api_key FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

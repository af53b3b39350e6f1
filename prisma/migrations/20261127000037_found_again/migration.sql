-- Gateways that did not answer themselves, apart from those whose own part waits behind them ("silent" has both). Null: nobody has asked yet.
ALTER TABLE "restore" ADD COLUMN     "unanswered" TEXT[],
-- When it was last found to have been put back once more, before it was closed. Null: it was not.
ADD COLUMN     "again_at" TIMESTAMPTZ(6);
GRANT UPDATE (unanswered, again_at) ON restore TO lunas_app;
-- What was looked up before it says nothing of the time after: it is never taken back.
CREATE TRIGGER restore_again BEFORE UPDATE ON restore FOR EACH ROW WHEN (coalesce(NEW.again_at, NEW.found_at) < OLD.again_at) EXECUTE FUNCTION refuse_change();

-- What Prisma cannot say.

-- What a fee beside a payout, or a second line of it, comes to, two people say where no line tells it exactly: no answer about the payout would.
CREATE OR REPLACE FUNCTION refuse_lone_resolution() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  IF NOT EXISTS (SELECT FROM proposal WHERE id = NEW.decided_under AND state = 'executed' AND
       CASE act WHEN 'discrepancy-resolution' THEN content ->> 'discrepancy' = NEW.id::text AND content ->> 'resolution' = NEW.resolution
                                                   AND content ->> 'difference' = NEW.difference::text
                                                   AND (NEW.difference = OLD.difference OR OLD.difference = 0 AND OLD.amount_there IS NULL AND (OLD.payout IS NULL OR OLD.class IN ('fee', 'duplicate')))
                WHEN 'review-decision' THEN content ->> 'payout' = NEW.payout AND coalesce(NEW.resolution, 'booked') IN ('booked', 'applied')
                                            OR content ->> 'stray' = NEW.id::text AND NEW.resolution = 'corrected' AND NEW.difference = OLD.difference
                ELSE false END) THEN
    RAISE EXCEPTION 'discrepancy % is decided by a proposal that others have agreed to', NEW.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$function$;

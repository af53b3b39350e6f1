-- Once more what 20261127000035 did when it added the column: a process of the version before may have let somebody go since, whose doubt it did not know of. It changes no
-- table, so that payments go on while it reads the trail, and nothing where there is nothing to find.

-- People before their accounts, and in their order, as everybody else locks them: who is paid meanwhile waits, and neither is ended by the other.
SELECT FROM participant p
 WHERE EXISTS (SELECT FROM account a WHERE (a.programme, a.ref) = (p.programme, p.ref) AND a.ended_at IS NULL
                  AND (a.doubtful OR EXISTS (SELECT FROM account_check c WHERE c.account = a.id AND c.verdict = 'review')))
 ORDER BY p.programme, p.ref FOR UPDATE;

-- Accounts in use that a gateway answered a doubtful name about, to which no two people agreed, and whose person nobody has let go on who was stopped for that.
UPDATE account a SET doubtful = true
  FROM account_check c JOIN audit_event e ON (e.programme, e.ref, e.subject, e.at) = (c.programme, c.ref, 'account:' || c.account, c.checked_at)
   AND e.act IN ('account-linked', 'account-replaced', 'account-checked')
 WHERE c.account = a.id AND c.verdict = 'review' AND a.ended_at IS NULL
   AND NOT EXISTS (SELECT FROM proposal p WHERE p.act = 'account-change' AND p.state = 'executed' AND p.decided_at = c.checked_at AND p.content ->> 'ref' = c.ref)
   AND NOT EXISTS (
     SELECT FROM audit_event r WHERE (r.programme, r.ref) = (c.programme, c.ref) AND r.act = 'hold-released' AND r.person <> 'engine' AND r.id > e.id
        AND (SELECT h.after ->> 'cause' FROM audit_event h WHERE (h.programme, h.ref) = (c.programme, c.ref) AND h.act = 'hold-placed' AND h.id < r.id
              ORDER BY h.id DESC LIMIT 1) = 'account-doubtful');

-- Whom another hold had let go are stopped now, as whoever ends one stops them from here on.
WITH stopped AS (
  UPDATE participant p SET held_at = date_trunc('milliseconds', now()), hold_reason = 'account-doubtful', hold_cause = 'account-doubtful', version = p.version + 1
    FROM account a WHERE (a.programme, a.ref) = (p.programme, p.ref) AND a.ended_at IS NULL AND a.doubtful AND p.held_at IS NULL
  RETURNING p.programme, p.ref, p.held_at
)
INSERT INTO audit_event (at, person, act, programme, ref, subject, after, reason)
SELECT held_at, 'engine', 'hold-placed', programme, ref, programme || ':' || ref, '{"cause":"account-doubtful"}', 'account-doubtful' FROM stopped;

-- What two people had found delivered, and come back, was first paid when they decided: it was not written down.
UPDATE disbursement d SET first_paid_at = found.at
  FROM (SELECT o.key, min(e.at) AS at FROM disbursement o
          JOIN audit_event e ON (e.programme, e.ref) = (o.programme, o.ref) AND e.act = 'review-decided' AND (e.subject = o.key OR e.subject LIKE o.key || '#%')
         WHERE o.first_paid_at IS NULL AND o.decided_under IS NOT NULL
           AND (e.after ->> 'money' = 'credited' OR e.after ->> 'finding' = 'returned' AND e.before ->> 'money' NOT IN ('receivable', 'written-off'))
         GROUP BY o.key) AS found
 WHERE d.key = found.key;

-- What the migration before this one has changed is compared with the rows that were there, while others read and write them.
ALTER TABLE payout VALIDATE CONSTRAINT payout_superseded;

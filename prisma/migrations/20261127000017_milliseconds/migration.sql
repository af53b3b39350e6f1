-- As volatile as what it calls, so that the planner takes its body into the statement: declared immutable it was a call of its own at
-- each use, ten times as dear. A float of milliseconds is exact for some 280,000 years.
CREATE OR REPLACE FUNCTION ms(at timestamptz) RETURNS bigint LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN (date_part('epoch', at) * 1000)::bigint;

-- What Prisma cannot say.

-- Credits that may be transfers of the treasury, by number: whoever records one looks for what a statement told of it before.
CREATE INDEX discrepancy_transfer ON discrepancy (gateway, reference) WHERE type = 'top-up' AND class = 'unreferenced-credit';

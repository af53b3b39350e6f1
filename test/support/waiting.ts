/** Who waits for a lock in this database: other tests of the cluster wait for theirs. */
export const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

-- Whether one person made a key: the auditor asks who agreed to those that have power.
GRANT SELECT (alone) ON api_key TO lunas_audit;

/** The keys that say how a stage is run, whatever its kind: they never count in a fingerprint. */
export const policyKeys = ['timeout', 'retries', 'resources', 'mutex', 'cache'] as const;

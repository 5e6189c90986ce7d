"""The moderators' web desk: pages and routes; every rule it follows lives in `moderation` and `digests`."""

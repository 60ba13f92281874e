"""What people type about digests: schedules, time zones, plans, and what to do with one."""

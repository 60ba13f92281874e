"""Durable work on DBOS: runtime, queue, lease and recovery. Features define the jobs."""
